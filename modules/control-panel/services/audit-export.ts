import type { Readable } from 'node:stream';
import { type AuditFilter, AuditLog, type AuditRecord, inject, injectable, UnitOfWork } from '@portico/core';
import { type CsvRow, csvStream, textStream } from '@portico/core/util';

const columns = [
  'number',
  'at',
  'by',
  'byId',
  'address',
  'area',
  'subject',
  'attribute',
  'scope',
  'action',
  'before',
  'after',
  'via',
  'reason',
  'about',
  'requestId',
  'id',
] as const;
const pageSize = 500;

/** Everything the filter finds, newest first, page by page: an old portal has more of it than memory should hold. */
async function* recordsOf(log: AuditLog, filter: AuditFilter): AsyncGenerator<AuditRecord> {
  let cursor: string | undefined;
  do {
    const page = await log.list(filter, cursor, pageSize);
    yield* page.records;
    cursor = page.next;
  } while (cursor);
}

export type AuditFormat = 'csv' | 'json';

/** The audit log as a file. That somebody took it is an entry too, and stands in the file itself. */
@injectable()
export class AuditExport {
  constructor(
    @inject(AuditLog) private readonly log: AuditLog,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
  ) {}

  async open(format: AuditFormat, filter: AuditFilter): Promise<Readable> {
    const after = { format, ...filter };
    await this.unitOfWork.write((transaction) =>
      this.log.record(transaction, { area: 'audit', subject: 'log', scope: 'instance', action: 'exported', after }),
    );
    return format === 'csv' ? csvStream(auditRows(this.log, filter)) : textStream(auditJson(this.log, filter));
  }
}

/** The records as text of one JSON object. */
async function* auditJson(log: AuditLog, filter: AuditFilter): AsyncGenerator<string> {
  yield '{"version":1,"records":[';
  let separator = '';
  for await (const record of recordsOf(log, filter)) {
    yield `${separator}\n${JSON.stringify(record)}`;
    separator = ',';
  }
  yield '\n]}\n';
}

/** The records as rows of a table, below the names of its columns. */
async function* auditRows(log: AuditLog, filter: AuditFilter): AsyncGenerator<CsvRow> {
  yield columns;
  for await (const record of recordsOf(log, filter)) yield rowOf(record);
}

function rowOf(record: AuditRecord): CsvRow {
  const {
    at,
    by,
    before,
    after,
    attribute = '',
    reason = '',
    number,
    address = '',
    about = '',
    requestId = '',
    ...rest
  } = record;
  const json = (value: unknown): string => (value === undefined ? '' : JSON.stringify(value));
  const row = {
    ...rest,
    attribute,
    reason,
    address,
    about,
    requestId,
    number: number === undefined ? '' : String(number),
    at: at.toISOString(),
    by: by.name,
    byId: by.id,
    before: json(before),
    after: json(after),
  };
  return columns.map((column) => row[column]);
}
