import type { Transaction } from './persistence.js';
import { type ExtensionPoint, extensionPoint, type ServiceToken, serviceToken } from './tokens.js';

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
  /** Default: the person of the request or the command that runs now, with the API token that stands for them; else the portal itself. */
  readonly by?: AuditPerson;
  /** Default: the way on which the request or the command came that runs now; else `system`. */
  readonly via?: AuditVia;
  /** What the person said about it. */
  readonly reason?: string;
  /**
   * Id of the person whom the entry tells of, where subject, attribute, values or reason say who that is: all of them go when this
   * person is anonymised.
   */
  readonly about?: string;
}

/** A change that happened. */
export interface AuditRecord extends AuditEntry {
  /** UUIDv7: later ones are greater. */
  readonly id: string;
  readonly at: Date;
  /** Place in the chain of all entries, without gaps, from 1; undefined for a row that the portal did not write. */
  readonly number?: number;
  readonly by: AuditPerson;
  readonly via: AuditVia;
  /** Of the client, where it was a request. */
  readonly address?: string;
  /** Names the request in the log (`trace`) and to the proxy in front. */
  readonly requestId?: string;
}

/** Everything that is present must hold. */
export interface AuditFilter {
  readonly area?: string;
  readonly subject?: string;
  readonly attribute?: string;
  readonly scope?: string;
  /** Id of the person. */
  readonly by?: string;
  /** Part of the name of the person. */
  readonly byName?: string;
  readonly via?: AuditVia;
  /** A word, e.g. `changed`. */
  readonly action?: string;
  /** Of the client. */
  readonly address?: string;
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
  /** Client address and request id are those of the request that runs now, unless the entry names somebody else. */
  record(transaction: Transaction, entry: AuditEntry): Promise<void>;
  /** @param limit 1 to 500; default 50. */
  list(filter: AuditFilter, cursor?: string, limit?: number): Promise<AuditPage>;
  /**
   * Takes names, addresses and values that tell who a person is out of their entries and of those about them. That something happened, when, and
   * that the log is whole stays provable. Answers how many entries were changed. Writes no entry: the deletion of the person does.
   * @param subjects under which entries from before `about` name the person, e.g. their email address.
   */
  anonymise(transaction: Transaction, personId: string, subjects?: readonly string[]): Promise<number>;
}
export const AuditLog: ServiceToken<AuditLog> = serviceToken('portico.audit-log');

/** What a look at the whole audit log found. */
export interface AuditVerification {
  /** Entries that were looked at. */
  readonly entries: number;
  /** Number of the newest entry, and the hash that it ends the chain with: note both elsewhere to prove later what was there. */
  readonly head: { readonly number: number; readonly hash: string };
  /** Up to which entry retention removed the oldest; 0 when it removed none. */
  readonly removedUpTo: number;
  /** Entries whose names or values were taken out because a person was anonymised. */
  readonly anonymised: number;
  /** One English sentence for each thing that is not as the portal wrote it; the first twenty. */
  readonly problems: readonly string[];
}

/** The chain of hashes that the entries of the audit log form. */
export interface AuditChain {
  verify(): Promise<AuditVerification>;
  /** Removes the oldest entries, those before a time, some at a time, and records that it did. Answers how many. */
  removeBefore(time: Date): Promise<number>;
}
export const AuditChain: ServiceToken<AuditChain> = serviceToken('portico.audit-chain');

/** Something about security that happened without a change, such as a refusal. */
export interface SecurityEvent {
  /** A word, e.g. `sign-in-failed`. */
  readonly action: string;
  /** The account, token or place that it was about; empty when there is none. */
  readonly subject: string;
  readonly attribute?: string;
  /** Default: of the request that runs now. */
  readonly by?: AuditPerson;
  /** See `AuditEntry`. */
  readonly about?: string;
}

/**
 * Keeps refusals in the audit log, area `security`. The first of an action, subject and client address within a minute is written at once, the
 * others of that minute are counted and written as one entry; beyond sixty a minute, those of an action are counted together. So nobody fills the disk by
 * failing. What belongs to a change goes into the change's own transaction with `AuditLog.record` instead.
 */
export interface SecurityEvents {
  /** Waits for nothing and throws nothing. */
  occurred(event: SecurityEvent): void;
}
export const SecurityEvents: ServiceToken<SecurityEvents> = serviceToken('portico.security-events');

/** How the module of an area puts one of its records into words. */
export interface AuditDescription {
  /** What changed, e.g. the labels of a form and a field; undefined: as the messages say it. */
  readonly what?: string;
  /** A value as a person reads it; undefined when it is shown as any other. @param name where it stands in a value that is an object. */
  value?(said: unknown, name?: string): string | undefined;
  /** The items of a value that is a list, each as a person reads it; undefined when it is none. */
  items?(said: unknown): readonly string[] | undefined;
}

/**
 * What a module says about an area of the audit log, its own or that of others. Its messages put entries into words: `audit.what.<area>.<attribute>` (with
 * `{subject}`), `audit.subject.<area>.<subject>`, `audit.action.<action>`, `audit.value.<name>` (with `{value}`), `audit.value.<name>.<value>`; `describe` where
 * that is not enough. Of values that are objects only what has a name is shown. Records of an area that nobody describes are shown as they were written.
 */
export interface AuditArea {
  /** As in the entries, e.g. `settings`. */
  readonly area: string;
  /** Message key of its name. */
  readonly label: string;
  /** Undefined when the record is shown by its subject and attribute. Memory reads only. */
  describe?(record: AuditRecord, locale?: string): AuditDescription | undefined;
}

/** Areas of the audit log. Hosted by the core. */
export const AuditAreas: ExtensionPoint<AuditArea> = extensionPoint('portico.audit-areas', {
  requires: { area: 'text', label: 'text' },
});

/** One change, ready to be read. */
export interface AuditRow {
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  readonly by: string;
  readonly area: string;
  readonly what: string;
  readonly scope: string;
  readonly action: string;
  readonly before?: string;
  readonly after?: string;
  /** What `before` says, item by item, where it is a list of at least one. */
  readonly beforeItems?: readonly string[];
  readonly afterItems?: readonly string[];
  readonly via: string;
  /** Of the client. */
  readonly address?: string;
  readonly reason?: string;
}

/** Puts records of the audit log into words, on whatever screen shows them. */
export interface AuditPresenter {
  row(record: AuditRecord, locale?: string): AuditRow;
  /** The areas that modules describe, by their order. */
  areas(locale?: string): readonly { readonly area: string; readonly label: string }[];
  /** What can be done, as far as the portal has words for it, by these. */
  actions(locale?: string): readonly { readonly action: string; readonly label: string }[];
}
export const AuditPresenter: ServiceToken<AuditPresenter> = serviceToken('portico.audit-presenter');
