import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../../api/index.js';
import { auditEntities, auditMigrations, StoredAuditLog } from '../../audit/index.js';
import { type DeclaredFlag, flagEntities, flagMigrations, type OpenFlags, openFlags } from '../../flags/index.js';
import { openPersistence, type Persistence } from '../../persistence/index.js';
import { SystemClock, UuidIds } from '../../portal/machine.js';

export const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A folder with a database and a flag file, in which flags can be opened and opened again. */
export class FlagBench {
  readonly declared = new Map<string, DeclaredFlag>();
  environment: Record<string, string> = {};
  development = true;
  log: Log = quiet;
  private readonly opened: { dispose(): void | Promise<void> }[] = [];
  private persistence: Persistence | undefined;

  private constructor(readonly folder: string) {}

  static async create(): Promise<FlagBench> {
    return new FlagBench(await mkdtemp(join(tmpdir(), 'portico-flags-')));
  }

  get file(): string {
    return join(this.folder, 'feature-flags.json');
  }

  /** Gives each flag a title, so that it is one of the file's own. */
  write(flags: Readonly<Record<string, boolean | object>>): Promise<void> {
    const entries = Object.entries(flags).map(([key, entry]) => [
      key,
      { title: key, ...(typeof entry === 'boolean' ? { enabled: entry } : entry) },
    ]);
    return this.writeText(JSON.stringify({ flags: Object.fromEntries(entries) }, undefined, 2));
  }

  writeText(text: string): Promise<void> {
    return writeFile(this.file, text);
  }

  async open({ poll = 50, file = this.file } = {}): Promise<OpenFlags> {
    const clock = new SystemClock();
    const ids = new UuidIds();
    this.persistence ??= await openPersistence({
      home: this.folder,
      entities: [...auditEntities, ...flagEntities],
      clock,
      log: this.log,
      ids,
      version: '1.0.0',
      sweeping: false,
    });
    const { unitOfWork } = this.persistence;
    await this.persistence.migrate('audit', auditMigrations);
    await this.persistence.migrate('core/flags', flagMigrations);
    const flags = await openFlags({
      file,
      declarations: () => this.declared,
      development: this.development,
      environment: this.environment,
      unitOfWork,
      audit: new StoredAuditLog({ unitOfWork, clock, ids }),
      clock,
      log: this.log,
      watch: { settle: 10, poll },
    });
    this.opened.push(flags);
    return flags;
  }

  /** Closes flags and database, as at the end of a process. */
  async close(): Promise<void> {
    for (const each of this.opened.splice(0)) await each.dispose();
    await this.persistence?.close();
    this.persistence = undefined;
  }

  async dispose(): Promise<void> {
    await this.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Looks again until it holds, a bounded number of times. */
export async function eventually(holds: () => boolean, what: string): Promise<void> {
  for (let turn = 0; turn < 400; turn += 1) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`It never came true that ${what}.`);
}
