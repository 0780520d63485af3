import type { Transaction } from './persistence.js';
import { type ServiceToken, serviceToken } from './tokens.js';

/** Where a change came from: a form, the command line, an imported file, a program over HTTP, or the portal itself. */
export type AuditVia = 'screen' | 'command' | 'import' | 'api' | 'system';

/** Who changed something: a copy, which outlives the account. */
export interface AuditPerson {
  readonly id: string;
  readonly name: string;
}

/** One change, as the one who makes it describes it. Never a secret: of those only `set`, `replaced` or `removed` as the action. */
export interface AuditEntry {
  /** What kind of thing changed, e.g. `settings` or `flags`. */
  readonly area: string;
  /** The thing, e.g. the id of a settings definition or the key of a flag. */
  readonly subject: string;
  /** The part of it, e.g. a field. */
  readonly attribute?: string;
  /** `instance`, or the id of a site. */
  readonly scope: string;
  /** A word, e.g. `changed`, `set`, `replaced`, `removed`, `inherited`. */
  readonly action: string;
  /** The values as JSON; undefined when there was none, or when it must not be told. */
  readonly before?: unknown;
  readonly after?: unknown;
  readonly by: AuditPerson;
  readonly via: AuditVia;
  /** What the person said about it. */
  readonly reason?: string;
}

/** A change that happened. */
export interface AuditRecord extends AuditEntry {
  /** UUIDv7: later ones are greater. */
  readonly id: string;
  readonly at: Date;
}

/** Everything that is present must hold. */
export interface AuditFilter {
  readonly area?: string;
  readonly subject?: string;
  readonly attribute?: string;
  readonly scope?: string;
  /** Id of the person. */
  readonly by?: string;
  readonly via?: AuditVia;
  /** Part of the subject, the attribute or the person's name, whatever its case. */
  readonly text?: string;
  /** From this time on. */
  readonly from?: Date;
  /** Before this time. */
  readonly until?: Date;
}

export interface AuditPage {
  /** Newest first. */
  readonly records: readonly AuditRecord[];
  /** Goes on after the last record; undefined when there is no more. */
  readonly next?: string;
}

/** Who changed what: written in the transaction of the change itself, so that neither is there without the other. */
export interface AuditLog {
  record(transaction: Transaction, entry: AuditEntry): Promise<void>;
  /** @param limit 1 to 500; default 50. */
  list(filter: AuditFilter, cursor?: string, limit?: number): Promise<AuditPage>;
}
export const AuditLog: ServiceToken<AuditLog> = serviceToken('portico.audit-log');
