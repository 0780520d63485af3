import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SiteDirectory } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { People } from '@portico/identity/api';
import Database from 'better-sqlite3';
import { median } from './load.js';

/**
 * 100,000 documents in 1,000 folders, once without rules and once with 50 of them, of which an author sees some: the same lists in both, in turn, in
 * this very run. `npm run bench:visibility` takes some minutes, and fails when a list with rules takes more than 1.3 times that without.
 */
const folders = 1000;
const documents = 100_000;
const rules = 50;
const rounds = 15;
const requests = 40;
const most = 1.3;

const author = { email: 'author@portico.example', password: 'paper boats on the river' };
const home = await mkdtemp(join(tmpdir(), 'portico-bench-'));
const id = (kind: number, index: number): string => `0190a0a0-000${kind}-7000-8000-${String(index).padStart(12, '0')}`;
/** Of a folder that the author sees in both. */
const open = id(1, 999);

interface Asker {
  get(path: string): Promise<number>;
}

try {
  const portals: TestPortal[] = [];
  const askers: Asker[] = [];
  for (const withRules of [false, true]) {
    const data = join(home, String(withRules));
    await mkdir(data);
    const first = await startTestPortal({ home: data });
    const site = first.service(SiteDirectory).byAddress('home')?.id ?? '';
    const people = first.service(People);
    const person = await people.add({ ...author, name: 'Ada' });
    await people.grant(person.id, 'Author', site);
    await first.stop({ keep: true });
    fill(join(data, 'portico.db'), site, withRules);
    const portal = await startTestPortal({ home: data });
    portals.push(portal);
    const agent = await portal.signIn(author);
    askers.push({
      async get(path) {
        const { status, text } = await agent.get(`/web/home/documents-media${path}`);
        if (status !== 200) throw new Error(`${path} answers ${status}.`);
        return text.length;
      },
    });
  }
  for (const [name, path, isGoal] of [
    ['list of folders', '/api/documents', true],
    ['list of a folder', `/api/documents?folder=${open}`, true],
    ['page of a folder', `?folder=${open}`, true],
    ['search of a common word', '/api/documents?q=report', true],
    ['search of a rare word', '/api/documents?q=report-77777', false],
  ] as const) {
    const times: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round += 1)
      for (const [index, asker] of askers.entries()) times[index]?.push(await millis(asker, path));
    const [without, withAll] = [median(times[0]), median(times[1])];
    const ratio = withAll / without;
    console.log(
      `${name.padEnd(24)} ${without.toFixed(2)} ms   with ${rules} rules ${withAll.toFixed(2)} ms   ratio ${ratio.toFixed(2)}`,
    );
    if (isGoal && ratio > most) process.exitCode = 1;
  }
  for (const portal of portals) await portal.stop();
} finally {
  await rm(home, { recursive: true, force: true });
}

async function millis(asker: Asker, path: string): Promise<number> {
  const start = performance.now();
  for (let count = 0; count < requests; count += 1) await asker.get(path);
  return (performance.now() - start) / requests;
}

/** Straight into the database: this measures lists, not a hundred thousand uploads. Half of the folders have a rule, and what lies in them. */
function fill(file: string, site: string, withRules: boolean): void {
  const database = new Database(file);
  const ruleOf = (folder: number): string => (withRules && folder % 2 === 0 ? id(9, (folder / 2) % rules) : '');
  const addRule = database.prepare('INSERT INTO documents_media_rule VALUES (?, ?, ?, ?, ?)');
  const addFolder = database.prepare(
    `INSERT INTO documents_media_folder (id, site_id, parent_id, name, name_key, search_text, own_rule_id, rule_id, created_by, created_at, modified_at)
     VALUES (?, ?, '', ?, ?, ?, ?, ?, 'bench', 1, 1)`,
  );
  const addDocument = database.prepare(
    `INSERT INTO documents_media_document (id, site_id, folder_id, name, name_key, search_text, alt_text, alt_text_drafted, version, blob_id, sha256, size,
       mime_type, kind, word_rules, own_rule_id, rule_id, created_by, created_at, modified_at)
     VALUES (?, ?, ?, ?, ?, ?, '', 0, '1.0', ?, '', 1000, 'text/plain', 'file', 1, '', ?, 'bench', 1, 1)`,
  );
  database.transaction(() => {
    for (let rule = 0; rule < rules; rule += 1) {
      const [visibleTo, roles] = rule % 2 === 0 ? ['roles', ['Author', 'Member']] : ['roles', ['Operator']];
      const permissions = { [`role ${rule}`]: { delete: false } };
      addRule.run(id(9, rule), site, visibleTo, JSON.stringify(roles), JSON.stringify(permissions));
    }
    for (let folder = 0; folder < folders; folder += 1) {
      const name = `folder-${String(folder).padStart(4, '0')}`;
      addFolder.run(id(1, folder), site, name, name, name, ruleOf(folder), ruleOf(folder));
    }
    for (let document = 0; document < documents; document += 1) {
      const folder = document % folders;
      const name = `report-${String(document).padStart(5, '0')}.txt`;
      addDocument.run(id(2, document), site, id(1, folder), name, name, name, id(3, document), ruleOf(folder));
    }
  })();
  database.exec('ANALYZE');
  database.close();
}
