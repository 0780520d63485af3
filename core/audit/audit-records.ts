import type { AuditFilter, AuditRecord, AuditVia, SqlValue } from '../api/index.js';
import { searchPatterns } from '../util/text.js';
import type { AuditRow } from './audit-row.js';

/** Columns of the table, and what a row calls them. */
const columnNames = [
  ['id', 'id'],
  ['at', 'at'],
  ['area', 'area'],
  ['subject', 'subject'],
  ['attribute', 'attribute'],
  ['scope', 'scope'],
  ['action', 'action'],
  ['before', 'before'],
  ['after', 'after'],
  ['by_id', 'byId'],
  ['by_name', 'byName'],
  ['via', 'via'],
  ['reason', 'reason'],
  ['number', 'number'],
  ['address', 'address'],
  ['request_id', 'requestId'],
  ['about_id', 'aboutId'],
  ['forgotten', 'forgotten'],
  ['who_salt', 'whoSalt'],
  ['who_digest', 'whoDigest'],
  ['what_salt', 'whatSalt'],
  ['what_digest', 'whatDigest'],
  ['hash', 'hash'],
  ['search_text', 'searchText'],
] as const satisfies readonly (readonly [string, keyof AuditRow])[];

export const auditColumns = columnNames.map(([column, name]) => (column === name ? column : `${column} AS "${name}"`)).join(', ');
export const insertEntry = `INSERT INTO portico_audit (${columnNames.map(([column]) => column).join(', ')})
  VALUES (${columnNames.map(() => '?').join(', ')})`;

/** The values of `insertEntry`. */
export function valuesOf(row: AuditRow): readonly SqlValue[] {
  return columnNames.map(([, name]) => row[name]);
}

/** What of the table a filter means. @param cursor id of the last entry that was seen. */
export function condition(
  filter: AuditFilter,
  cursor: string | undefined,
): { readonly sql: string; readonly values: readonly SqlValue[] } {
  const terms: readonly (readonly [string, SqlValue | undefined])[] = [
    ['id < ?', cursor],
    ['area = ?', filter.area],
    ['subject = ?', filter.subject],
    ['attribute = ?', filter.attribute],
    ['scope = ?', filter.scope],
    ['by_id = ?', filter.by],
    // Elsewhere than in SQLite LIKE tells capitals from small letters.
    ["lower(by_name) LIKE lower(?) ESCAPE '!'", filter.byName && `%${filter.byName.replace(/[%_!]/g, '!$&')}%`],
    ['via = ?', filter.via],
    ['action = ?', filter.action],
    ['address = ?', filter.address],
    ['at >= ?', filter.from?.toISOString()],
    ['at < ?', filter.until?.toISOString()],
    ...searchPatterns(filter.text ?? '').map((pattern) => ["search_text LIKE ? ESCAPE '!'", pattern] as const),
  ];
  const used = terms.filter((term): term is readonly [string, SqlValue] => term[1] !== undefined);
  return {
    sql: used.length > 0 ? `WHERE ${used.map(([term]) => term).join(' AND ')}` : '',
    values: used.map(([, value]) => value),
  };
}

export function recordOf(row: AuditRow): AuditRecord {
  const { id, area, subject, scope, action, at, attribute, before, after, byId, byName, via, reason } = row;
  const { number, address, requestId, aboutId } = row;
  return {
    id,
    area,
    subject,
    scope,
    action,
    at: new Date(at),
    by: { id: byId, name: byName },
    via: via as AuditVia,
    ...(attribute === null ? {} : { attribute }),
    ...(before === null ? {} : { before: JSON.parse(before) as unknown }),
    ...(after === null ? {} : { after: JSON.parse(after) as unknown }),
    ...(reason === null ? {} : { reason }),
    ...(number === null ? {} : { number: Number(number) }),
    ...(address === null ? {} : { address }),
    ...(requestId === null ? {} : { requestId }),
    ...(aboutId === null ? {} : { about: aboutId }),
  };
}
