import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';

const states = resolve(import.meta.dirname, '../../fixtures/states');

/** A data directory as the code of that time left it: its database as SQL, the contents of its files by the beginning of their SHA-256. */
interface State {
  /** The administrator. */
  readonly person: { readonly email: string; readonly password: string };
  readonly files: Readonly<Record<string, string>>;
}

export type Row = Readonly<Record<string, unknown>>;

/** Their names. */
export const earlierStates = (): readonly string[] =>
  readdirSync(states).filter((each) => existsSync(join(states, each, 'data.sql')));

/** The bytes of a file of an earlier state. */
export const contentOf = (sha256: string): Buffer => readFileSync(join(states, 'contents', sha256.slice(0, 16)));

/** All rows of a data directory, by table. */
export function tablesOf(home: string): ReadonlyMap<string, readonly Row[]> {
  const database = new Database(join(home, 'portico.db'), { readonly: true });
  try {
    const names = database
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      .pluck()
      .all();
    return new Map((names as string[]).map((name) => [name, database.prepare(`SELECT * FROM ${name}`).all() as Row[]]));
  } finally {
    database.close();
  }
}

/** Lays the data directory out. */
export function unpackState(name: string, home: string): State {
  const state = JSON.parse(readFileSync(join(states, name, 'state.json'), 'utf8')) as State;
  for (const [file, content] of Object.entries(state.files)) {
    mkdirSync(dirname(join(home, file)), { recursive: true });
    cpSync(join(states, 'contents', content), join(home, file));
  }
  const database = new Database(join(home, 'portico.db'));
  database.pragma('journal_mode = WAL');
  database.exec(`BEGIN;\n${readFileSync(join(states, name, 'data.sql'), 'utf8')}\nCOMMIT;`);
  database.close();
  return state;
}
