import type { AccessContext, CommandOption, z } from '@portico/core';
import type { Editor } from './audit.js';

export interface TableColumn {
  /** Key of its heading. */
  readonly label: string;
  readonly kind?: 'short' | 'number';
}

/** What stands in one column of one row: a text, or who did something and when (ISO 8601). */
export type TableCell = { readonly text: string | undefined } | { readonly by: string; readonly at: string };

/** A row as a screen shows it. */
export interface ShownRow {
  readonly id: string;
  /** What it is called, in the first column. */
  readonly title: string;
  /** One for each further column. */
  readonly cells: readonly TableCell[];
  /** Names of its buttons for those who hear them. */
  readonly removeLabel: string;
  /** Undefined: rows are replaced, not changed. */
  readonly changeLabel?: string;
}

/**
 * A table that administrators keep by hand, declared once for its screen and its commands: rows are typed with the same fields, read by the same rules,
 * stored with an entry of the audit log, and shown in the same columns.
 */
export interface EnteredTable<Row extends { readonly id: string }, Typed extends object> {
  /** Its page below /ai-creator, the noun of its commands, and the prefix of its messages. */
  readonly page: 'budgets' | 'prices';
  readonly columns: readonly TableColumn[];
  /** What a form or a terminal types. */
  readonly form: z.ZodType<Typed>;
  /** Name of the option of each field. */
  readonly optionNames: Readonly<Record<keyof Typed & string, string>>;
  readonly options: readonly CommandOption[];
  /** What its commands say of themselves. */
  readonly commands: {
    readonly list: { readonly summary: string; readonly whenEmpty: string };
    /** `set`: what is there already for the same thing is replaced. */
    readonly add: { readonly verb: 'add' | 'set'; readonly summary: string; readonly required: readonly string[] };
    readonly remove: { readonly summary: string; readonly id: string };
  };
  /** What the form begins with, and what a terminal may leave out. */
  usual(): Promise<Partial<Typed>>;
  /** Choices and suggestions of the form, for a person. */
  choices(access: AccessContext): object;
  /** Sentences above the table, of what its reader should know first. */
  notes?(locale: string): Promise<readonly string[]>;
  rows(locale: string): Promise<readonly ShownRow[]>;
  /** Rows as a terminal lists them. */
  lines(locale: string): Promise<readonly string[]>;
  line(row: Row, locale: string): string;
  /** @throws PortalError `invalid-input` (400) with a sentence for each field. */
  add(typed: Typed, editor: Editor, locale: string): Promise<Row>;
  /** @throws PortalError `not-found` (404). */
  remove(id: string, editor: Editor): Promise<Row>;
}
