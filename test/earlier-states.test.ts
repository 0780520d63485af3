import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { contentOf, earlierStates, type Row, tablesOf, unpackState } from './support/earlier-states.js';
import { PortalProcess, portico } from './support/portal-process.js';

/** Where rows went since, by the name of the former table. */
const moved: Readonly<Record<string, string>> = {
  ai_creator_usage: 'ai_usage_entry',
  ai_creator_price: 'ai_usage_price',
  ai_creator_budget: 'ai_usage_budget',
  ai_creator_model: 'ai_creator_listed_model',
  documents_media_generated_word: 'documents_media_metadata_word',
};

/** Rows that live with the portal that runs: sessions end, migrations are added. */
const passing = ['identity_session', 'portico_migration'];

/** Columns of codes whose names were changed, by table. */
const coded: Readonly<Record<string, string>> = {
  ai_creator_generation: 'error_code',
  ai_creator_usage: 'error_code',
  ai_usage_entry: 'error_code',
  ai_creator_breaker: 'code',
};
const renamed: Readonly<Record<string, string>> = {
  'out-of-tokens': 'insufficient-quota',
  'bad-answer': 'invalid-response',
  'server-trouble': 'server-error',
};

/** The rows as their table holds them now. */
function asNamedNow(table: string, then: readonly Row[]): readonly Row[] {
  const column = coded[table];
  if (column === undefined) return then;
  return then.map((row) => ({ ...row, [column]: renamed[String(row[column])] ?? row[column] }));
}

/** Rows of before of which there is none now with the same values in all columns that are still there. */
function lost(before: readonly Row[], now: readonly Row[]): readonly Row[] {
  const columns = Object.keys(before[0] ?? {}).filter((column) => column in (now[0] ?? {}));
  const written = (row: Row): string => JSON.stringify(columns.map((column) => row[column]));
  const there = new Set(now.map(written));
  return before.filter((row) => columns.length === 0 || !there.has(written(row)));
}

/** Small pictures of icons (128 pixels at most) that the code of that time smeared: they are thrown away, and made again when somebody looks. */
function smeared(tables: ReadonlyMap<string, readonly Row[]>): readonly { readonly table: string; readonly row: Row }[] {
  const icons = (tables.get('documents_media_document_version') ?? []).filter(
    ({ width, height }) => width !== null && height !== null && Number(width) <= 128 && Number(height) <= 128,
  );
  const sources = new Set(icons.map(({ blob_id: blob }) => blob));
  const made = (tables.get('documents_media_rendition') ?? []).filter(
    ({ kind, source_blob_id: source, sha256 }) =>
      kind === 'thumbnail' && sources.has(source) && !contentOf(String(sha256)).includes('VP8L'),
  );
  const blobs = new Set(made.map(({ blob_id: blob }) => blob));
  return [
    ...(tables.get('portico_blob') ?? []).filter(({ id }) => blobs.has(id)).map((row) => ({ table: 'portico_blob', row })),
    ...made.map((row) => ({ table: 'documents_media_rendition', row })),
  ];
}

for (const name of earlierStates()) {
  describe(`data of an earlier state of the project: ${name}`, function () {
    this.timeout(120_000);
    let home: string;
    let former: ReadonlyMap<string, readonly Row[]>;
    let portal: PortalProcess;
    let headers: Record<string, string>;
    const page = async (path: string, as: Record<string, string> = { ...headers, Accept: 'text/html' }): Promise<string> => {
      const answer = await fetch(portal.url + path, { headers: as });
      const text = await answer.text();
      expect(answer.status, `${path}: ${text}`).to.equal(200);
      return text;
    };
    const rows = (table: string): readonly Row[] => former.get(table) ?? [];

    before(async () => {
      home = mkdtempSync(join(tmpdir(), 'portico-state-'));
      const { person } = unpackState(name, home);
      former = tablesOf(home);
      portal = await PortalProcess.start(home, 'start', { PORTICO_OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' });
      headers = await portal.signIn(person);
    });
    after(async () => {
      portal?.kill('SIGTERM');
      await portal?.ended;
      rmSync(home, { recursive: true, force: true });
    });

    it('starts with all modules but those that were off, and the doctor finds no error', async () => {
      const { out } = await portico(home, 'modules', 'list');
      const others = out.split('\n').filter((line) => line !== '' && !/ {2}active\b/.test(line));
      expect(others.map((line) => line.split(/\s+/).slice(0, 3).join(' '))).to.deep.equal([
        'item-selector 1.0.0 disabled',
        'openfeature 1.0.0 disabled',
      ]);
      const doctor = await portico(home, 'doctor');
      expect(doctor.code, doctor.out).to.equal(0);
    });

    it('has every row, whatever its table is called now, but the smeared small pictures of icons', async () => {
      // Types of files are decided again in the background, and each version says when that is done.
      const isDone = (): boolean =>
        (tablesOf(home).get('documents_media_document_version') ?? []).every(({ type_rules: rules }) => Number(rules) > 0);
      for (let count = 0; count < 300 && !isDone(); count += 1) await wait(100);
      expect(isDone(), 'the types of all files are decided again').to.be.true;
      const now = tablesOf(home);
      const gone = [...former]
        .filter(([table]) => !passing.includes(table))
        .flatMap(([table, then]) =>
          lost(asNamedNow(table, then), now.get(moved[table] ?? table) ?? []).map((row) => ({ table, row })),
        );
      expect(gone).to.have.deep.members(smeared(former));
      expect(rows('documents_media_document').length).to.be.greaterThan(5);
      expect(rows('ai_creator_image').length).to.be.greaterThan(1);
      const codes = (now.get('ai_creator_generation') ?? []).map(({ error_code: code }) => code);
      expect(codes).to.include.members(['invalid-response', 'server-error']);
      if (former.has('ai_creator_breaker')) expect(now.get('ai_creator_breaker')).to.have.length(1);
      if (former.has('ai_creator_breaker')) expect(now.get('ai_creator_listed_model')).to.have.length(2);
      if (former.has('ai_creator_usage') || former.has('ai_usage_entry')) {
        const spent = (now.get('ai_usage_entry') ?? []).map(({ error_code: code }) => code);
        expect(spent).to.include.members(['invalid-response', 'server-error']);
      }
    });

    it('has the budgets that it had, and none more: it is no new portal', () => {
      const had = rows('ai_usage_budget').length > 0 ? rows('ai_usage_budget') : rows('ai_creator_budget');
      expect(rows('ai_creator_generation'), 'somebody used it').to.not.be.empty;
      const ids = (budgets: readonly Row[]): readonly string[] => budgets.map(({ id }) => String(id)).sort();
      expect(ids(tablesOf(home).get('ai_usage_budget') ?? [])).to.deep.equal(ids(had));
    });

    it('shows documents with their bytes, and where those come from that were generated', async () => {
      for (const { id, name: file, sha256 } of rows('documents_media_document')) {
        const answer = await fetch(`${portal.url}/web/home/documents-media/documents/${id}/download`, { headers });
        const bytes = Buffer.from(await answer.arrayBuffer());
        expect(createHash('sha256').update(bytes).digest('hex'), String(file)).to.equal(sha256);
      }
      const generated = rows('documents_media_document').filter(({ provenance, metadata }) => provenance ?? metadata);
      expect(generated).to.have.length.greaterThan(0);
      for (const { id } of generated)
        expect(await page(`/web/home/documents-media/documents/${id}`)).to.include('A red lighthouse on a cliff');
      expect(await page('/web/home/documents-media'))
        .to.include('Old harbour')
        .and.include('lighthouse.png');
    });

    it('shows a published article to guests, and a draft to its author', async () => {
      expect(await page('/web/home/articles/the-old-harbour', {})).to.include('<p>Boats and <strong>nets</strong>.</p>');
      expect(await page('/web/home/web-content')).to.include('Not yet');
    });

    it('offers the images that were made, and keeps people, sites, settings, secrets and flags', async () => {
      for (const { id } of rows('ai_creator_generation')) await page(`/web/home/ai-creator/generations/${id}`);
      for (const { id, state } of rows('ai_creator_image'))
        if (state === 'offered') await page(`/web/home/ai-creator/images/${id}`);
      expect((await portico(home, 'users', 'list')).out).to.include('nora@portico.example');
      expect(await page('/sites')).to.include('Harbour');
      expect((await portico(home, 'settings', 'get', 'ai-creator.enabled')).out).to.equal('On, from Instance Settings\n');
      expect((await portico(home, 'flags', 'why', 'LPD-10793')).out).to.include('is on. Switched on by this instance');
    });
  });
}
