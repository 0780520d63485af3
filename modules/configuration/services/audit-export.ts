import type { AuditFilter, AuditLog, AuditRecord } from '@portico/core';
import { csvLine } from '@portico/core/util';

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

/** Everything the filter finds, newest first, piece by piece: an old portal has more of it than memory should hold. */
export async function* exportAudit(log: AuditLog, filter: AuditFilter, format: 'csv' | 'json'): AsyncGenerator<string> {
  yield format === 'csv' ? csvLine(columns) : '{"version":1,"records":[';
  let cursor: string | undefined;
  let first = true;
  do {
    const page = await log.list(filter, cursor, pageSize);
    for (const record of page.records) {
      yield format === 'csv' ? lineOf(record) : `${first ? '' : ','}\n${JSON.stringify(record)}`;
      first = false;
    }
    cursor = page.next;
  } while (cursor);
  if (format === 'json') yield '\n]}\n';
}

function lineOf(record: AuditRecord): string {
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
  return csvLine(columns.map((column) => row[column]));
}
