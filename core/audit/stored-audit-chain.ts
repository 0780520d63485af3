import type { AuditChain, AuditVerification, IntegrityCheck, Reader, Transaction, UnitOfWork } from '../api/index.js';
import { yieldToEventLoop } from '../util/index.js';
import { auditColumns } from './audit-records.js';
import type { AuditRow } from './audit-row.js';
import type { ChainKeys } from './chain-keys.js';
import { type ChainEnd, chainEntry, endOf, headOf, type StoredAuditLog } from './stored-audit-log.js';

interface Dependencies {
  readonly unitOfWork: UnitOfWork;
  readonly log: StoredAuditLog;
}

const rowsAtOnce = 500;
const mostProblems = 20;

/**
 * Looks whether the audit log is as the portal wrote it, and lets its oldest part go.
 *
 * Looking goes from the oldest entry to the one that was newest when it began. Each must have the next number, digests that fit what it says, and a hash over
 * both and the hash before it; the last must be the one that `head` names. What is missing at the beginning must be what retention removed, whose last
 * number and hash it sealed in `start`. An entry without values must bear the proof that the portal took them out. Whoever can write to the database and has
 * the master key as well can write another history: against that only a note of the head that lies elsewhere helps.
 */
export class StoredAuditChain implements AuditChain {
  constructor(private readonly dependencies: Dependencies) {}

  async verify(): Promise<AuditVerification> {
    const { unitOfWork, log } = this.dependencies;
    const { keys } = log;
    // What comes meanwhile is not looked at; what retention takes meanwhile is not missed.
    const ends = await unitOfWork.read(readEnds);
    const walk = new ChainWalk(keys, ends);
    for (let after = ends.start?.number ?? 0; after < ends.head.number; await yieldToEventLoop()) {
      const rows = await unitOfWork.read((reader) =>
        reader.query<AuditRow>(
          `SELECT ${auditColumns} FROM portico_audit WHERE number > ? AND number <= ? ORDER BY number LIMIT ${rowsAtOnce}`,
          [after, ends.head.number],
        ),
      );
      const first = Number(rows[0]?.number ?? ends.head.number + 1);
      if (first !== walk.next) walk.removed((await unitOfWork.read(readEnds)).start);
      for (const row of rows) walk.take({ ...row, number: Number(row.number) });
      after = Number(rows.at(-1)?.number ?? ends.head.number);
    }
    walk.end(await unitOfWork.read(strangersIn));
    return walk.answer();
  }

  async removeBefore(time: Date): Promise<number> {
    const { unitOfWork, log } = this.dependencies;
    const before = time.toISOString();
    for (let removed = 0; ; await yieldToEventLoop()) {
      const count = await unitOfWork.write(async (transaction) => {
        const start = (await endOf(transaction, 'start'))?.number ?? 0;
        const rows = await transaction.query<{ number: number; hash: string | null; at: string }>(
          `SELECT number, hash, at FROM portico_audit WHERE number > ? ORDER BY number LIMIT ${rowsAtOnce}`,
          [start],
        );
        const young = rows.findIndex(({ at }) => at >= before);
        const old = young < 0 ? rows : rows.slice(0, young);
        const last = old.at(-1);
        const seal = last && log.keys.at(Number(last.number))?.end('start', Number(last.number), last.hash ?? '');
        // Without a key nobody could tell afterwards who removed them.
        if (!last || seal === undefined) return 0;
        if (removed === 0) await log.record(transaction, chainEntry('removed', await this.extentOf(transaction, start, before)));
        await transaction.query('DELETE FROM portico_audit WHERE number > ? AND number <= ?', [start, last.number]);
        await setStart(transaction, { number: Number(last.number), hash: last.hash ?? '', seal });
        return old.length;
      });
      if (count === 0) return removed;
      removed += count;
    }
  }

  /** What goes: told once, in the transaction of the first of it. */
  private async extentOf(transaction: Transaction, start: number, before: string): Promise<object> {
    const [young] = await transaction.query<{ number: number | null }>(
      'SELECT MIN(number) AS number FROM portico_audit WHERE number > ? AND at >= ?',
      [start, before],
    );
    const { number } = await headOf(transaction);
    return { entries: Number(young?.number ?? number + 1) - 1 - start, before };
  }
}

interface Ends {
  readonly head: ChainEnd;
  readonly start: ChainEnd | undefined;
}

async function readEnds(reader: Reader): Promise<Ends> {
  return { head: await headOf(reader), start: await endOf(reader, 'start') };
}

/** Entries that have no place in the chain: they were not written by the portal. */
async function strangersIn(reader: Reader): Promise<number> {
  const [row] = await reader.query<{ count: number }>(
    `SELECT COUNT(*) AS count FROM portico_audit WHERE number IS NULL OR number < 1
       OR number > (SELECT number FROM portico_audit_chain WHERE part = 'head')
       OR number <= (SELECT COALESCE(MAX(number), 0) FROM portico_audit_chain WHERE part = 'start')`,
  );
  return Number(row?.count ?? 0);
}

async function setStart(transaction: Transaction, { number, hash, seal }: ChainEnd): Promise<void> {
  await transaction.query(
    `INSERT INTO portico_audit_chain (part, number, hash, seal) VALUES ('start', ?, ?, ?)
     ON CONFLICT (part) DO UPDATE SET number = excluded.number, hash = excluded.hash, seal = excluded.seal`,
    [number, hash, seal],
  );
}

type NumberedRow = AuditRow & { readonly number: number };

/** One look at the chain, from the oldest entry on. */
class ChainWalk {
  /** Number that comes next. */
  next: number;
  private previous: string | undefined;
  private entries = 0;
  private anonymised = 0;
  private readonly problems: string[] = [];

  constructor(
    private readonly keys: ChainKeys,
    private readonly ends: Ends,
  ) {
    const { head, start } = ends;
    this.next = (start?.number ?? 0) + 1;
    this.previous = start?.hash ?? '';
    for (const [part, end] of [
      ['head', head],
      ['start', start],
    ] as const)
      if (end) this.checkEnd(part, end);
  }

  /** Retention went on meanwhile. */
  removed(start: ChainEnd | undefined): void {
    if (!start || start.number < this.next || start.seal !== this.keys.at(start.number)?.end('start', start.number, start.hash))
      return;
    this.next = start.number + 1;
    this.previous = start.hash;
  }

  take(row: NumberedRow): void {
    const { number } = row;
    // Numbers are unique: what is before the expected one went while we looked.
    if (number < this.next) return;
    if (number > this.next) {
      this.missing(this.next, number - 1);
      this.previous = undefined;
    }
    this.entries += 1;
    this.check(row);
    this.previous = row.hash ?? '';
    this.next = number + 1;
  }

  end(strangers: number): void {
    const { head } = this.ends;
    if (this.next <= head.number) this.missing(this.next, head.number);
    else if (head.number > 0 && this.previous !== undefined && this.previous !== head.hash)
      this.found(`The end of the audit log is not what was noted of it.`);
    if (strangers > 0) this.found(`${plural(strangers)} in the audit log that the portal did not write there.`);
  }

  answer(): AuditVerification {
    const { head, start } = this.ends;
    return {
      entries: this.entries,
      head: { number: head.number, hash: head.hash },
      removedUpTo: start?.number ?? 0,
      anonymised: this.anonymised,
      problems: this.problems.slice(0, mostProblems),
    };
  }

  private check(row: NumberedRow): void {
    const { number } = row;
    const seal = this.keys.at(number);
    if (!seal || !row.hash) {
      this.found(
        seal
          ? `Entry ${number} has no hash.`
          : `Entry ${number} cannot be checked: the master key that its hash was made under is not there.`,
      );
      return;
    }
    const who = row.whoSalt === null ? this.isBlank(row.byName, row.address) : seal.who(row.whoSalt, row) === row.whoDigest;
    const what =
      row.whatSalt === null
        ? this.isBlank(row.subject, row.attribute, row.before, row.after, row.reason)
        : seal.what(row.whatSalt, row) === row.whatDigest;
    const isForgotten = row.whoSalt === null || row.whatSalt === null;
    if (isForgotten) this.anonymised += 1;
    const groups = { who: row.whoSalt === null, what: row.whatSalt === null };
    if (!who || !what) this.found(`Entry ${number} was changed: it does not say what it said when it was written.`);
    else if (isForgotten && row.forgotten !== seal.forgotten(row.hash, groups))
      this.found(`Entry ${number} was emptied, and not by the portal.`);
    else if (this.previous !== undefined && row.hash !== seal.entry(number, row, this.previous))
      this.found(`Entry ${number} was changed, or is not the one that followed entry ${number - 1}.`);
  }

  private isBlank(...values: readonly (string | null)[]): boolean {
    return values.every((value) => value === null || value === '');
  }

  private checkEnd(part: 'head' | 'start', { number, hash, seal }: ChainEnd): void {
    const key = this.keys.at(Math.max(1, number));
    if (!key) this.found('The audit log cannot be checked: the master key that it was written under is not there.');
    else if (seal !== key.end(part, number, hash))
      this.found(
        part === 'head'
          ? 'The note of the newest entry of the audit log was changed.'
          : 'The note of the entries that were removed for their age was changed.',
      );
  }

  private missing(from: number, until: number): void {
    const count = until - from + 1;
    const isEnd = until === this.ends.head.number;
    const what = isEnd ? (count === 1 ? 'The last entry is' : `The last ${count} entries are`) : plural(count);
    this.found(`${what} missing from the audit log: number ${from}${count > 1 ? ` to ${until}` : ''}.`);
  }

  private found(problem: string): void {
    if (this.problems.length < mostProblems) this.problems.push(problem);
  }
}

function plural(count: number): string {
  return count === 1 ? 'One entry is' : `${count} entries are`;
}

/** For `portico doctor`. */
export function auditCheck(chain: AuditChain): IntegrityCheck {
  return {
    title: 'The audit log is whole: no entry was changed, added or taken away.',
    run: async () => (await chain.verify()).problems.map((message) => ({ severity: 'error', message })),
  };
}
