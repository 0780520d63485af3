import { currentlyActing } from '../access/index.js';
import type {
  AuditEntry,
  AuditFilter,
  AuditLog,
  AuditPage,
  AuditPerson,
  Clock,
  Ids,
  SecretBox,
  Transaction,
  UnitOfWork,
} from '../api/index.js';
import { auditColumns, condition, insertEntry, recordOf, valuesOf } from './audit-records.js';
import { type AuditRow, auditSearchText } from './audit-row.js';
import { ChainKeys } from './chain-keys.js';
import { ChainSeal } from './chain-seal.js';

interface Dependencies {
  readonly unitOfWork: UnitOfWork;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Without it entries have numbers and no hashes. */
  readonly box?: SecretBox;
}

const maxLimit = 500;
const rowsAtOnce = 500;

/** An end of the chain, as its row says. */
export interface ChainEnd {
  readonly number: number;
  readonly hash: string;
  readonly seal: string;
}

/**
 * The audit log as a table that only grows, whose entries form a chain.
 *
 * An entry comes in the transaction of the change that it tells of, and is all there or not at all, like the change. It gets the number after that of the
 * newest entry, and a hash over itself and the hash of that one (chain-seal.ts), keyed, so that nobody who can write to the database can put another one
 * in, change one or take one away without it showing (stored-audit-chain.ts). What the newest entry is stands in a row of its own, `head`, sealed too:
 * it is read and written in the same transaction. It is not kept in memory: a transaction that is rolled back would leave it wrong.
 *
 * Rows are not changed afterwards, but in two ways which the chain is made for: a person is anonymised (`anonymise`), or the oldest entries go
 * (stored-audit-chain.ts). Before there is a key, and while the master key cannot be used, entries are written without a hash; the next start with a key
 * hashes them (`open`), and an entry says how many these were.
 */
export class StoredAuditLog implements AuditLog {
  readonly keys: ChainKeys;
  /** Brings into the table what happened and is not yet there. */
  beforeReading: () => Promise<void> = async () => {};

  constructor(private readonly dependencies: Dependencies) {
    const { unitOfWork, clock, box } = dependencies;
    this.keys = new ChainKeys(unitOfWork, clock, box);
  }

  /** Reads the key of the chain, makes one where there is none, and hashes what was written without one. Before anything is recorded. */
  async open(): Promise<void> {
    const { unitOfWork } = this.dependencies;
    if (!(await this.keys.load())) {
      const isNew = (await this.keys.list()).length === 0;
      const made = await unitOfWork.write(async (transaction) => {
        const { number } = await headOf(transaction);
        return this.keys.make(transaction, isNew ? 1 : number + 1);
      });
      if (!made) return;
      await this.keys.load();
      if (!isNew) await this.note('key-replaced', undefined);
    }
    await this.hashMissing();
  }

  async record(transaction: Transaction, entry: AuditEntry): Promise<void> {
    const { by, via, attribute, before, after, reason, about, ...rest } = entry;
    const acting = currentlyActing();
    const who = by ?? actorOf(acting?.person(), acting?.token?.()?.name);
    // Work that a request left behind may record for somebody else, who was not there.
    const isHere = acting !== undefined && (acting.person() === undefined || acting.person()?.id === who.id);
    const head = await headOf(transaction);
    const number = head.number + 1;
    const texts = { subject: rest.subject, attribute: attribute ?? null };
    const row = {
      ...rest,
      ...texts,
      id: this.dependencies.ids.next(),
      at: this.dependencies.clock.now().toISOString(),
      before: before === undefined ? null : JSON.stringify(before),
      after: after === undefined ? null : JSON.stringify(after),
      byId: who.id,
      byName: who.name,
      via: via ?? acting?.via ?? 'system',
      reason: reason ?? null,
      searchText: auditSearchText({ ...texts, byName: who.name }),
      number,
      address: (isHere && acting.address?.()) || null,
      requestId: (isHere && acting.requestId) || null,
      aboutId: about ?? null,
      forgotten: null,
    };
    const hashed = hashedRow(this.keys.current, row, head.hash);
    await transaction.query(insertEntry, valuesOf(hashed));
    await this.setHead(transaction, number, hashed.hash);
  }

  async list(filter: AuditFilter, cursor?: string, limit = 50): Promise<AuditPage> {
    const count = Math.max(1, Math.min(limit, maxLimit));
    if (cursor === undefined) await this.beforeReading();
    const { sql, values } = condition(filter, cursor);
    const rows = await this.dependencies.unitOfWork.read((reader) =>
      reader.query<AuditRow>(`SELECT ${auditColumns} FROM portico_audit ${sql} ORDER BY id DESC LIMIT ?`, [...values, count + 1]),
    );
    const records = rows.slice(0, count).map(recordOf);
    const last = records.at(-1);
    return rows.length > count && last ? { records, next: last.id } : { records };
  }

  async anonymise(transaction: Transaction, personId: string, subjects: readonly string[] = []): Promise<number> {
    const isNamed = subjects.length > 0 ? ` OR subject IN (${subjects.map(() => '?').join(', ')})` : '';
    let last = '';
    for (let changed = 0; ; ) {
      const rows = await transaction.query<AuditRow>(
        `SELECT ${auditColumns} FROM portico_audit WHERE (by_id = ? OR about_id = ?${isNamed}) AND id > ? ORDER BY id LIMIT ${rowsAtOnce}`,
        [personId, personId, ...subjects, last],
      );
      for (const row of rows) {
        const who = row.byId === personId || row.whoSalt === null;
        const what = row.aboutId === personId || subjects.includes(row.subject) || row.whatSalt === null;
        await this.forget(transaction, row, { who, what });
      }
      changed += rows.length;
      const end = rows.at(-1);
      if (!end) return changed;
      last = end.id;
    }
  }

  private async forget(
    transaction: Transaction,
    row: AuditRow,
    groups: { readonly who: boolean; readonly what: boolean },
  ): Promise<void> {
    const kept = {
      byName: groups.who ? '' : row.byName,
      address: groups.who ? null : row.address,
      subject: groups.what ? '' : row.subject,
      attribute: groups.what ? null : row.attribute,
    };
    const seal = this.keys.at(Number(row.number));
    await transaction.query(
      `UPDATE portico_audit SET by_name = ?, address = ?, who_salt = ?, subject = ?, attribute = ?, before = ?, after = ?, reason = ?,
         what_salt = ?, search_text = ?, forgotten = ? WHERE id = ?`,
      [
        kept.byName,
        kept.address,
        groups.who ? null : row.whoSalt,
        kept.subject,
        kept.attribute,
        groups.what ? null : row.before,
        groups.what ? null : row.after,
        groups.what ? null : row.reason,
        groups.what ? null : row.whatSalt,
        auditSearchText(kept),
        seal?.forgotten(row.hash ?? '', groups) ?? '',
        row.id,
      ],
    );
  }

  private async setHead(transaction: Transaction, number: number, hash: string): Promise<void> {
    const seal = this.keys.current?.end('head', number, hash) ?? '';
    await transaction.query("UPDATE portico_audit_chain SET number = ?, hash = ?, seal = ? WHERE part = 'head'", [
      number,
      hash,
      seal,
    ]);
  }

  private async note(action: string, after: object | undefined): Promise<void> {
    await this.dependencies.unitOfWork.write((transaction) => this.record(transaction, chainEntry(action, after)));
  }

  /** Some at a time. Stopped in between, the next start goes on. */
  private async hashMissing(): Promise<void> {
    const { unitOfWork } = this.dependencies;
    const { seal: isSealed } = await unitOfWork.read((reader) => headOf(reader));
    if (isSealed !== '') return;
    let previous: string | undefined;
    for (let hashed = 0; ; ) {
      const isDone = await unitOfWork.write(async (transaction) => {
        const rows = await transaction.query<AuditRow>(
          `SELECT ${auditColumns} FROM portico_audit WHERE number IS NOT NULL AND (hash IS NULL OR hash = '') ORDER BY number LIMIT ${rowsAtOnce}`,
        );
        previous ??= await hashBefore(transaction, Number(rows[0]?.number ?? 0));
        for (const row of rows) {
          const { hash, whoSalt, whoDigest, whatSalt, whatDigest } = hashedRow(
            this.keys.current,
            { ...row, number: Number(row.number) },
            previous,
          );
          await transaction.query(
            'UPDATE portico_audit SET hash = ?, who_salt = ?, who_digest = ?, what_salt = ?, what_digest = ? WHERE id = ?',
            [hash, whoSalt, whoDigest, whatSalt, whatDigest, row.id],
          );
          previous = hash;
        }
        hashed += rows.length;
        if (rows.length === rowsAtOnce) return false;
        const { number } = await headOf(transaction);
        await this.setHead(transaction, number, number === 0 ? '' : previous);
        if (hashed > 0) await this.record(transaction, chainEntry('hashed', { entries: hashed }));
        return true;
      });
      if (isDone) return;
    }
  }
}

export function chainEntry(action: string, after: object | undefined): AuditEntry {
  return { area: 'audit', subject: 'chain', scope: 'instance', action, ...(after && { after }), by: portal, via: 'system' };
}

const portal: AuditPerson = { id: 'system', name: 'Portico' };

function actorOf(
  person: { readonly id: string; readonly name: string; readonly email: string } | undefined,
  token?: string,
): AuditPerson {
  if (!person) return portal;
  const name = person.name || person.email;
  return { id: person.id, name: token ? `${name} (token ${token})` : name };
}

type Queries = Pick<Transaction, 'query'>;

export async function headOf(queries: Queries): Promise<ChainEnd> {
  return (await endOf(queries, 'head')) ?? { number: 0, hash: '', seal: '' };
}

export async function endOf(queries: Queries, part: 'head' | 'start'): Promise<ChainEnd | undefined> {
  const [row] = await queries.query<ChainEnd>('SELECT number, hash, seal FROM portico_audit_chain WHERE part = ?', [part]);
  return row && { ...row, number: Number(row.number) };
}

/** Of the entry before a number, or of what retention left of it. */
async function hashBefore(transaction: Transaction, number: number): Promise<string> {
  const [row] = await transaction.query<{ hash: string | null }>('SELECT hash FROM portico_audit WHERE number = ?', [number - 1]);
  return row?.hash ?? (await endOf(transaction, 'start'))?.hash ?? '';
}

type Unhashed = Omit<AuditRow, 'number' | 'whoSalt' | 'whoDigest' | 'whatSalt' | 'whatDigest' | 'hash'> & {
  readonly number: number;
};

function hashedRow(seal: ChainSeal | undefined, row: Unhashed, previous: string): AuditRow & { readonly hash: string } {
  if (!seal) return { ...row, whoSalt: null, whoDigest: null, whatSalt: null, whatDigest: null, hash: '' };
  const [whoSalt, whatSalt] = [ChainSeal.salt(), ChainSeal.salt()];
  const digests = { whoDigest: seal.who(whoSalt, row), whatDigest: seal.what(whatSalt, row) };
  return { ...row, whoSalt, whatSalt, ...digests, hash: seal.entry(row.number, { ...row, ...digests }, previous) };
}
