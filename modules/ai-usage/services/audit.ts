import type { AuditEntry, AuditVia, Person } from '@portico/core';

/** Who changes a table, and where: on a screen or in a terminal. */
export interface Editor {
  readonly person: Person;
  readonly via: AuditVia;
}

/** A row of a table that came, changed or went. */
interface RowChange {
  /** `budget` or `price`. */
  readonly subject: string;
  readonly attribute: string;
  /** `instance`, or the id of a site. */
  readonly scope: string;
  readonly before: object | undefined;
  readonly after: object | undefined;
}

/** The entry of the audit log, which is written in the transaction of the change itself. */
export function changeEntry({ before, after, ...about }: RowChange, { person, via }: Editor): AuditEntry {
  return {
    area: 'ai-usage',
    ...about,
    action: before ? (after ? 'changed' : 'removed') : 'added',
    ...(before && { before }),
    ...(after && { after }),
    by: { id: person.id, name: person.name },
    via,
  };
}
