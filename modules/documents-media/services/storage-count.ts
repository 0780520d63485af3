import {
  type Activity,
  type IntegrityCheck,
  type IntegrityFinding,
  inject,
  injectable,
  type Lifetime,
  Log,
  type Reader,
  UnitOfWork,
} from '@portico/core';
import { every } from '@portico/core/util';
import { keyRanges } from './key-ranges.js';

const firstMillis = 10 * 60_000;
const everyMillis = 24 * 60 * 60_000;

interface Count {
  readonly bytes: number;
  readonly changes: number;
}

/** A site whose count is not the sum of its versions. */
interface WrongCount {
  readonly siteId: string;
  readonly counted: Count | undefined;
  readonly bytes: number;
}

const sumsSql = `SELECT document.site_id AS "siteId", SUM(version.size) AS bytes FROM documents_media_document_version version
  JOIN documents_media_document document ON document.id = version.document_id
  WHERE version.id > ? AND version.id <= ? GROUP BY document.site_id`;

/**
 * Adds up all versions and compares: once a day, and for `portico doctor`. What differs is put right by the first; the second only says it. A site in which
 * something changed meanwhile is left for the next time, because its sum is neither that of before nor that of after.
 */
@injectable()
export class StorageCount implements Activity, IntegrityCheck {
  readonly title = 'What the files of a site take is counted right.';

  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Log) private readonly log: Log,
  ) {}

  onStart(lifetime: Lifetime): void {
    lifetime.add(every(everyMillis, () => this.repair(), firstMillis));
  }

  async run(): Promise<readonly IntegrityFinding[]> {
    return (await this.wrong()).map(({ siteId, counted, bytes }) => ({
      severity: 'error',
      message: `The files of the site ${siteId} take ${bytes} bytes, and ${counted?.bytes ?? 0} are counted. The running portal puts it right within a day.`,
    }));
  }

  /** Puts right what is counted wrong. */
  async repair(): Promise<void> {
    try {
      for (const wrong of await this.wrong()) await this.correct(wrong);
    } catch (error) {
      this.log.error('What the files of the sites take could not be counted.', { error });
    }
  }

  private async correct({ siteId, counted, bytes }: WrongCount): Promise<void> {
    await this.unitOfWork.write((transaction) =>
      counted
        ? transaction.query(
            'UPDATE documents_media_site_storage SET bytes = ?, changes = changes + 1 WHERE site_id = ? AND changes = ?',
            [bytes, siteId, counted.changes],
          )
        : transaction.query(
            'INSERT INTO documents_media_site_storage (site_id, bytes, changes) VALUES (?, ?, 1) ON CONFLICT (site_id) DO NOTHING',
            [siteId, bytes],
          ),
    );
    this.log.warn('What the files of a site take was counted wrong, and is put right.', {
      site: siteId,
      counted: counted?.bytes,
      bytes,
    });
  }

  private async wrong(): Promise<readonly WrongCount[]> {
    const before = await this.counts();
    const sums = await this.sums();
    const after = await this.counts();
    const sites = new Set([...before.keys(), ...after.keys(), ...sums.keys()]);
    return [...sites].flatMap((siteId) => {
      const [counted, now] = [before.get(siteId), after.get(siteId)];
      const bytes = sums.get(siteId) ?? 0;
      return counted?.changes !== now?.changes || (counted?.bytes ?? 0) === bytes ? [] : [{ siteId, counted, bytes }];
    });
  }

  private async counts(): Promise<ReadonlyMap<string, Count>> {
    const rows = await this.read<{ siteId: string; bytes: number | string; changes: number | string }>(
      'SELECT site_id AS "siteId", bytes, changes FROM documents_media_site_storage',
    );
    return new Map(rows.map(({ siteId, bytes, changes }) => [siteId, { bytes: Number(bytes), changes: Number(changes) }]));
  }

  /** Some versions at a time: a question about all of them would hold everybody up. */
  private async sums(): Promise<ReadonlyMap<string, number>> {
    const sums = new Map<string, number>();
    for await (const { after, last } of keyRanges(this.unitOfWork, 'documents_media_document_version', 'id'))
      for (const { siteId, bytes } of await this.read<{ siteId: string; bytes: number | string }>(sumsSql, after, last))
        sums.set(siteId, (sums.get(siteId) ?? 0) + Number(bytes));
    return sums;
  }

  private read<T>(sql: string, ...values: string[]): Promise<readonly T[]> {
    return this.unitOfWork.read((reader: Reader) => reader.query<T & object>(sql, values)) as Promise<readonly T[]>;
  }
}
