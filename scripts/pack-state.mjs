/**
 * Packs a data directory for test/earlier-states.test.ts, which upgrades it: its database as SQL, its files by the beginning of their SHA-256.
 * The portal of that directory must be closed.
 *
 *   node scripts/pack-state.mjs HOME NAME PASSWORD     password of admin@portico.example there
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import Database from 'better-sqlite3';

const [home, name, password] = process.argv.slice(2);
if (password === undefined)
  throw new Error('Say which data directory, the name of the state, and the password of its administrator.');
const states = resolve(import.meta.dirname, '../test/fixtures/states');
const contents = join(states, 'contents');
mkdirSync(join(states, name), { recursive: true });
mkdirSync(contents, { recursive: true });
writeFileSync(join(states, name, 'data.sql'), `${statements().join('\n')}\n`);

const files = [...filesBelow(join(home, 'blobs')), join(home, 'master.key')].map((file) => {
  const bytes = readFileSync(file);
  const content = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  writeFileSync(join(contents, content), bytes);
  return [relative(home, file), content];
});
const state = { person: { email: 'admin@portico.example', password }, files: Object.fromEntries(files) };
writeFileSync(join(states, name, 'state.json'), `${JSON.stringify(state, undefined, 2)}\n`);

/** Tables, then rows, then indexes: one statement in a line, so that a difference can be read. */
function statements() {
  const database = new Database(join(home, 'portico.db'));
  database.pragma('wal_checkpoint(TRUNCATE)');
  const parts = database
    .prepare("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid")
    .all();
  const tables = parts.filter(({ type }) => type === 'table');
  const rows = tables.flatMap(({ name: table }) => {
    const columns = database.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table);
    const values = columns.map((column) => `quote("${column}")`).join(" || ', ' || ");
    const each = database.prepare(`SELECT ${values} FROM "${table}"`).pluck().all();
    return each.map((row) => `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${row});`);
  });
  database.close();
  const oneLine = ({ sql }) => `${sql.replace(/\s+/g, ' ')};`;
  return [...tables.map(oneLine), ...rows, ...parts.filter(({ type }) => type !== 'table').map(oneLine)];
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
