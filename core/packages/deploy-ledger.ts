import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../api/index.js';

/** SHA-256 of a file that was taken in; `trying`: of one that was begun with, and nobody has said yet what came of it. */
type Taken = string | { readonly trying: string };

const ledgerName = '.installed.json';

/** What was taken in from the deploy folder, by the names of its files; kept there over restarts. */
export class DeployLedger {
  private constructor(
    private readonly folder: string,
    private entries: Readonly<Record<string, Taken>>,
    private readonly log: Log,
  ) {}

  static async open(folder: string, log: Log): Promise<DeployLedger> {
    return new DeployLedger(folder, await entriesIn(folder), log);
  }

  /** What became of a file with this digest, when it was met before. */
  stateOf(name: string, digest: string): 'done' | 'trying' | undefined {
    const known = this.entries[name];
    if (typeof known === 'object') return known.trying === digest ? 'trying' : undefined;
    return known === digest ? 'done' : undefined;
  }

  begin(name: string, digest: string): Promise<void> {
    return this.keep({ ...this.entries, [name]: { trying: digest } });
  }

  end(name: string, digest: string): Promise<void> {
    return this.keep({ ...this.entries, [name]: digest });
  }

  /** Only of these files something is known from now on. */
  async retain(isKept: (name: string) => boolean): Promise<void> {
    const kept = Object.entries(this.entries).filter(([name]) => isKept(name));
    if (kept.length < Object.keys(this.entries).length) await this.keep(Object.fromEntries(kept));
  }

  private async keep(entries: Readonly<Record<string, Taken>>): Promise<void> {
    this.entries = entries;
    try {
      await writeWhole(this.folder, ledgerName, `${JSON.stringify(entries, null, 2)}\n`);
    } catch (error) {
      this.log.warn('What was installed from the deploy folder could not be noted there.', { error });
    }
  }
}

/** Whole, or not at all. */
export async function writeWhole(folder: string, name: string, text: string): Promise<void> {
  const partial = join(folder, `.${name}.partial`);
  await writeFile(partial, text, { mode: 0o600 });
  await rename(partial, join(folder, name));
}

async function entriesIn(folder: string): Promise<Readonly<Record<string, Taken>>> {
  try {
    const value: unknown = JSON.parse(await readFile(join(folder, ledgerName), 'utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, Taken>) : {};
  } catch {
    // Not there, or not readable: everything that lies there is looked at as if for the first time.
    return {};
  }
}
