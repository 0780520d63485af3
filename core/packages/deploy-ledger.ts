import { join } from 'node:path';
import type { Log } from '../api/index.js';
import { readJsonFile, writeJsonFile } from '../util/json-file.js';

/** SHA-256 of a file that was taken in; `trying`: of one that was begun with, and nobody has said yet what came of it. */
type Taken = string | { readonly trying: string };

const ledgerName = '.installed.json';

/** What was taken in from the deploy folder, by the names of its files; kept there over restarts. */
export class DeployLedger {
  private constructor(
    private readonly file: string,
    private entries: Readonly<Record<string, Taken>>,
    private readonly log: Log,
  ) {}

  static open(folder: string, log: Log): DeployLedger {
    const file = join(folder, ledgerName);
    // Not there, or not readable: everything that lies there is looked at as if for the first time.
    const known = readJsonFile(file);
    return new DeployLedger(file, typeof known === 'object' && known !== null ? (known as Record<string, Taken>) : {}, log);
  }

  /** What became of a file with this digest, when it was met before. */
  stateOf(name: string, digest: string): 'done' | 'trying' | undefined {
    const known = this.entries[name];
    if (typeof known === 'object') return known.trying === digest ? 'trying' : undefined;
    return known === digest ? 'done' : undefined;
  }

  begin(name: string, digest: string): void {
    this.keep({ ...this.entries, [name]: { trying: digest } });
  }

  end(name: string, digest: string): void {
    this.keep({ ...this.entries, [name]: digest });
  }

  /** Only of these files something is known from now on. */
  retain(isKept: (name: string) => boolean): void {
    const kept = Object.entries(this.entries).filter(([name]) => isKept(name));
    if (kept.length < Object.keys(this.entries).length) this.keep(Object.fromEntries(kept));
  }

  private keep(entries: Readonly<Record<string, Taken>>): void {
    this.entries = entries;
    try {
      writeJsonFile(this.file, entries);
    } catch (error) {
      this.log.warn('What was installed from the deploy folder could not be noted there.', { error });
    }
  }
}
