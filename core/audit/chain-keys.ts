import { randomBytes } from 'node:crypto';
import type { Clock, SecretBox, SecretStore, StoredSecret, Transaction, UnitOfWork } from '../api/index.js';
import { ChainSeal } from './chain-seal.js';

interface KeyRow {
  readonly fromNumber: number;
  readonly sealed: string;
  readonly createdAt: string;
}

const columns = 'SELECT from_number AS "fromNumber", sealed, created_at AS "createdAt" FROM portico_audit_key';
const contextOf = (fromNumber: number): string => `audit-chain:${fromNumber}`;

/**
 * The keys of the chain: random, and kept in the database sealed under the master key, so that a new master key does not make old entries
 * unverifiable. There is one, until the master key is lost: then another one goes on from the next entry.
 */
export class ChainKeys implements SecretStore {
  private seals: readonly { readonly from: number; readonly seal: ChainSeal | undefined }[] = [];

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
    private readonly box: SecretBox | undefined,
  ) {}

  /** Of the entries that are written now; undefined while nothing can be sealed. */
  get current(): ChainSeal | undefined {
    return this.seals.at(-1)?.seal;
  }

  /** Of an entry that was written; undefined when its key cannot be opened. */
  at(number: number): ChainSeal | undefined {
    return this.seals.findLast(({ from }) => from <= number)?.seal;
  }

  /** Reads the keys. @returns whether the newest can be used. */
  async load(): Promise<boolean> {
    const rows = await this.rows();
    this.seals = rows.map(({ fromNumber, sealed }) => ({ from: fromNumber, seal: this.opened(fromNumber, sealed) }));
    return this.current !== undefined;
  }

  /** Makes a key for the entries from a number on, in force with the commit. Without a usable master key there is none. */
  async make(transaction: Transaction, fromNumber: number): Promise<ChainSeal | undefined> {
    const key = randomBytes(32);
    const sealed = this.sealed(fromNumber, key);
    if (sealed === undefined) return undefined;
    await transaction.query('DELETE FROM portico_audit_key WHERE from_number >= ?', [fromNumber]);
    await transaction.query('INSERT INTO portico_audit_key (from_number, sealed, created_at) VALUES (?, ?, ?)', [
      fromNumber,
      sealed,
      this.clock.now().toISOString(),
    ]);
    return new ChainSeal(key);
  }

  async list(): Promise<readonly StoredSecret[]> {
    return (await this.rows()).map(({ fromNumber, sealed, createdAt }) => ({
      id: String(fromNumber),
      name: 'audit.chain-key',
      scope: 'instance',
      setBy: 'Portico',
      setAt: new Date(createdAt),
      sealed,
      readable: this.opened(fromNumber, sealed) !== undefined,
    }));
  }

  reseal(id: string): Promise<boolean> {
    return this.unitOfWork.write(async (transaction) => {
      const fromNumber = Number(id);
      const [row] = await transaction.query<KeyRow>(`${columns} WHERE from_number = ?`, [fromNumber]);
      if (!row || !this.box) return true;
      const key = this.keyIn(fromNumber, row.sealed);
      if (key === undefined) return false;
      const sealed = this.box.seal(key, contextOf(fromNumber));
      await transaction.query('UPDATE portico_audit_key SET sealed = ? WHERE from_number = ?', [sealed, fromNumber]);
      return true;
    });
  }

  private async rows(): Promise<readonly KeyRow[]> {
    const rows = await this.unitOfWork.read((reader) => reader.query<KeyRow>(`${columns} ORDER BY from_number`));
    return rows.map((row) => ({ ...row, fromNumber: Number(row.fromNumber) }));
  }

  private opened(fromNumber: number, sealed: string): ChainSeal | undefined {
    const key = this.keyIn(fromNumber, sealed);
    return key === undefined ? undefined : new ChainSeal(Buffer.from(key, 'base64url'));
  }

  private keyIn(fromNumber: number, sealed: string): string | undefined {
    try {
      return this.box?.open(sealed, contextOf(fromNumber));
    } catch {
      return undefined;
    }
  }

  private sealed(fromNumber: number, key: Buffer): string | undefined {
    try {
      return this.box?.seal(key.toString('base64url'), contextOf(fromNumber));
    } catch {
      return undefined;
    }
  }
}
