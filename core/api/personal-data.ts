import type { Person } from './access.js';
import type { Reader, Transaction } from './persistence.js';
import { type ExtensionPoint, extensionPoint } from './tokens.js';

/** Some of what is known about a person, as JSON: times in ISO 8601, no secrets, nothing about other people. */
export type PersonalRecord = Readonly<Record<string, unknown>>;

export interface PersonalPage {
  readonly records: readonly PersonalRecord[];
  /** Where the next page begins; left out of the last. */
  readonly next?: string;
}

/**
 * What a module keeps about people: told to them, moved when two accounts become one, and taken away or made anonymous when an account is deleted. Rows
 * that others need stay and keep the person's id, which then names nobody. Each works with the caller's transaction and is bounded by few statements.
 */
export interface PersonalDataSource {
  /** Key under which it stands in the export, in camelCase. */
  readonly key: string;
  /** Message key of what people call it, e.g. "Documents". */
  readonly label: string;
  /** How much of it there is. */
  count(reader: Reader, person: Person): Promise<number>;
  /** A page of it. @param after where the page before ended; undefined for the first. */
  page(reader: Reader, person: Person, after: string | undefined): Promise<PersonalPage>;
  /** What belongs to `from` belongs to `to` afterwards. */
  merge(transaction: Transaction, from: Person, to: Person): Promise<void>;
  /** Takes away what is the person's alone, and names and addresses out of what stays. */
  forget(transaction: Transaction, person: Person): Promise<void>;
}

/** Hosted by the module that knows people. */
export const PersonalData: ExtensionPoint<PersonalDataSource> = extensionPoint('portico.personal-data', {
  requires: { key: 'text', label: 'text', count: 'function', page: 'function', merge: 'function', forget: 'function' },
});
