import type { AuditFilter, AuditLog, AuditRecord } from '@portico/core';
import type { CsvRow } from '@portico/core/util';

const columns = [
  'at',
  'by',
  'byId',
  'area',
  'subject',
  'attribute',
  'scope',
  'action',
  'before',
  'after',
  'via',
  'reason',
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

/** The records as text of one JSON object. */
export async function* auditJson(log: AuditLog, filter: AuditFilter): AsyncGenerator<string> {
  yield '{"version":1,"records":[';
  let separator = '';
  for await (const record of recordsOf(log, filter)) {
    yield `${separator}\n${JSON.stringify(record)}`;
    separator = ',';
  }
  yield '\n]}\n';
}

/** The records as rows of a table, below the names of its columns. */
export async function* auditRows(log: AuditLog, filter: AuditFilter): AsyncGenerator<CsvRow> {
  yield columns;
  for await (const record of recordsOf(log, filter)) yield rowOf(record);
}

function rowOf(record: AuditRecord): CsvRow {
  const { at, by, before, after, attribute = '', reason = '', ...rest } = record;
  const json = (value: unknown): string => (value === undefined ? '' : JSON.stringify(value));
  const row = {
    ...rest,
    attribute,
    reason,
    at: at.toISOString(),
    by: by.name,
    byId: by.id,
    before: json(before),
    after: json(after),
  };
  return columns.map((column) => row[column]);
}
