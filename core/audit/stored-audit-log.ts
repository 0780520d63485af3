import type {
  AuditEntry,
  AuditFilter,
  AuditLog,
  AuditPage,
  AuditRecord,
  AuditVia,
  Clock,
  Ids,
  SqlValue,
  Transaction,
  UnitOfWork,
} from '../api/index.js';
import { searchPatterns } from '../util/text.js';
import { AuditRow, auditSearchText } from './audit-row.js';

interface Dependencies {
  readonly unitOfWork: UnitOfWork;
  readonly clock: Clock;
  readonly ids: Ids;
}

const columns =
  'id, at, area, subject, attribute, scope, action, before, after, by_id AS "byId", by_name AS "byName", via, reason';
const maxLimit = 500;

/** The audit log as a table that only grows. */
export class StoredAuditLog implements AuditLog {
  constructor(private readonly dependencies: Dependencies) {}

  async record(transaction: Transaction, entry: AuditEntry): Promise<void> {
    const { by, before, after, attribute, reason, ...rest } = entry;
    const row = { ...rest, attribute: attribute ?? null, byName: by.name };
    await transaction.repository(AuditRow).insert({
      ...row,
      searchText: auditSearchText(row),
      id: this.dependencies.ids.next(),
      at: this.dependencies.clock.now().toISOString(),
      before: before === undefined ? null : JSON.stringify(before),
      after: after === undefined ? null : JSON.stringify(after),
      byId: by.id,
      reason: reason ?? null,
    });
  }

  async list(filter: AuditFilter, cursor?: string, limit = 50): Promise<AuditPage> {
    const count = Math.max(1, Math.min(limit, maxLimit));
    const { sql, values } = condition(filter, cursor);
    const rows = await this.dependencies.unitOfWork.read((reader) =>
      reader.query<AuditRow>(`SELECT ${columns} FROM portico_audit ${sql} ORDER BY id DESC LIMIT ?`, [...values, count + 1]),
    );
    const records = rows.slice(0, count).map(recordOf);
    const last = records.at(-1);
    return rows.length > count && last ? { records, next: last.id } : { records };
  }
}

function condition(
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
    ['via = ?', filter.via],
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

function recordOf({ at, attribute, before, after, byId, byName, via, reason, ...row }: AuditRow): AuditRecord {
  return {
    ...row,
    at: new Date(at),
    by: { id: byId, name: byName },
    via: via as AuditVia,
    ...(attribute === null ? {} : { attribute }),
    ...(before === null ? {} : { before: JSON.parse(before) as unknown }),
    ...(after === null ? {} : { after: JSON.parse(after) as unknown }),
    ...(reason === null ? {} : { reason }),
  };
}
