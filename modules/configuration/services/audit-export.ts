import type { AuditFilter, AuditLog, AuditRecord } from '@portico/core';

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
  yield format === 'csv' ? `${columns.join(',')}\r\n` : '{"version":1,"records":[';
  let cursor: string | undefined;
  let first = true;
  do {
    const page = await log.list(filter, cursor, pageSize);
    for (const record of page.records) {
      yield format === 'csv' ? csvLine(record) : `${first ? '' : ','}\n${JSON.stringify(record)}`;
      first = false;
    }
    cursor = page.next;
  } while (cursor);
  if (format === 'json') yield '\n]}\n';
}

function csvLine(record: AuditRecord): string {
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
  return `${columns.map((column) => cell(row[column])).join(',')}\r\n`;
}

/** A spreadsheet must not take text for a formula. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
