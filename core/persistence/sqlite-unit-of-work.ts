import type { Reader, Transaction, UnitOfWork } from '../api/index.js';
import { explainReadError, type SqliteReader } from './sqlite-reader.js';
import type { Writer } from './writer.js';

/** Reads beside each other, writes one after the other; the story of a write stands in writer.ts. */
export class SqliteUnitOfWork implements UnitOfWork {
  constructor(
    private readonly reader: SqliteReader,
    private readonly writer: Writer,
  ) {}

  async read<T>(work: (reader: Reader) => Promise<T>): Promise<T> {
    try {
      return await work(this.reader);
    } catch (error) {
      throw explainReadError(error);
    }
  }

  write<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.writer.write(work);
  }
}
