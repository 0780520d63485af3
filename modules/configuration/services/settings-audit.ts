import type { AuditEntry, AuditVia, Person } from '@portico/core';
import type { StoredSetting } from '../entities/index.js';

export const auditArea = 'settings';

type Row = Pick<StoredSetting, 'kind' | 'content'>;

/** Whether two rows say the same. A secret typed again is a new one: nobody compares secrets. */
export function sameRow(before: Row | undefined, after: Row | undefined): boolean {
  if (!before || !after) return before === after;
  return before.kind === after.kind && before.content === after.content;
}

/** What the audit log tells of a change of one field: values as they are, of secrets only what was done to them. */
export function auditEntryOf(
  place: Pick<StoredSetting, 'definitionId' | 'scope' | 'field'>,
  before: Row | undefined,
  after: Row | undefined,
  { by, via }: { readonly by: Person; readonly via: AuditVia },
): AuditEntry {
  return {
    area: auditArea,
    subject: place.definitionId,
    attribute: place.field,
    scope: place.scope,
    action: actionOf(before, after),
    ...auditedValue('before', before),
    ...auditedValue('after', after),
    by: { id: by.id, name: by.name || by.email },
    via,
  };
}

function actionOf(before: Row | undefined, after: Row | undefined): string {
  const was = isSecret(before);
  if (isSecret(after)) return was ? 'replaced' : 'set';
  if (after?.kind === 'none') return 'none';
  if (was) return 'removed';
  return after ? 'changed' : 'inherited';
}

function isSecret(row: Row | undefined): boolean {
  return row?.kind === 'secret' || row?.kind === 'reference';
}

/** A reference says where the deployment keeps a secret, and is none itself. */
function auditedValue<K extends 'before' | 'after'>(key: K, row: Row | undefined): { readonly [P in K]?: unknown } {
  const value =
    row?.kind === 'value' ? (JSON.parse(row.content) as unknown) : row?.kind === 'reference' ? row.content : undefined;
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: unknown };
}
