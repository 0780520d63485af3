import { type Class, type Command, type CommandCall, inject, injectable, invalidInput, PortalError, z } from '@portico/core';
import type { EnteredTable } from '../services/entered-table.js';
import { asOption, Operator } from './operator.js';

type Table<Row extends { readonly id: string }, Typed extends object> = Class<EnteredTable<Row, Typed>>;

/** `budgets list`, `prices list`. */
export function listCommand<Row extends { readonly id: string }, Typed extends object>(Table: Table<Row, Typed>): Class<Command> {
  @injectable()
  class ListRows implements Command {
    readonly name: string;
    readonly summary: string;
    readonly whenEmpty: string;
    readonly options = [asOption];

    constructor(
      @inject(Operator) private readonly operator: Operator,
      @inject(Table) private readonly table: EnteredTable<Row, Typed>,
    ) {
      this.name = `${table.page} list`;
      this.summary = table.commands.list.summary;
      this.whenEmpty = table.commands.list.whenEmpty;
    }

    async run({ options, print }: CommandCall): Promise<void> {
      const { locale } = this.operator.person(options.as);
      for (const line of await this.table.lines(locale)) print(line);
    }
  }
  return ListRows;
}

/** `budgets add`, `prices set`. */
export function addCommand<Row extends { readonly id: string }, Typed extends object>(Table: Table<Row, Typed>): Class<Command> {
  @injectable()
  class AddRow implements Command {
    readonly name: string;
    readonly summary: string;
    readonly options: Command['options'];

    constructor(
      @inject(Operator) private readonly operator: Operator,
      @inject(Table) private readonly table: EnteredTable<Row, Typed>,
    ) {
      const { verb, summary, required } = table.commands.add;
      this.name = `${table.page} ${verb}`;
      this.summary = summary;
      this.options = [
        ...table.options.map((option) => (required.includes(option.name) ? { ...option, required: true } : option)),
        asOption,
      ];
    }

    async run({ options, print }: CommandCall): Promise<void> {
      const { table } = this;
      const { person, locale } = this.operator.person(options.as);
      const row = await withOptionNames(table.optionNames, async () => {
        const typed = table.form.parse({ ...(await table.usual()), ...typedOptions(options, table.optionNames) });
        return table.add(typed, { person, via: 'command' }, locale);
      });
      print(table.line(row, locale));
    }
  }
  return AddRow;
}

/** `budgets remove`, `prices remove`. */
export function removeCommand<Row extends { readonly id: string }, Typed extends object>(
  Table: Table<Row, Typed>,
): Class<Command> {
  @injectable()
  class RemoveRow implements Command {
    readonly name: string;
    readonly summary: string;
    readonly arguments: Command['arguments'];
    readonly options = [asOption];

    constructor(
      @inject(Operator) private readonly operator: Operator,
      @inject(Table) private readonly table: EnteredTable<Row, Typed>,
    ) {
      const { summary, id } = table.commands.remove;
      this.name = `${table.page} remove`;
      this.summary = summary;
      this.arguments = [{ name: 'id', required: true, description: id }];
    }

    async run({ arguments: { id = '' }, options, print }: CommandCall): Promise<void> {
      const { person, locale } = this.operator.person(options.as);
      print(this.table.line(await this.table.remove(id, { person, via: 'command' }), locale));
    }
  }
  return RemoveRow;
}

type Names = Readonly<Record<string, string>>;

/** The values of options under the names of a form's fields; those that were left out are left out. */
export function typedOptions(options: Readonly<Record<string, string | boolean | undefined>>, names: Names): Names {
  return Object.fromEntries(
    Object.entries(names).flatMap(([field, option]) => {
      const value = options[option];
      return value === undefined ? [] : [[field, String(value)]];
    }),
  );
}

/** Does something with what was typed; what is wrong is told with the names of the options. */
export async function withOptionNames<T>(names: Names, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const fields = fieldsOf(error);
    if (!fields) throw error;
    throw invalidInput(
      Object.fromEntries(Object.entries(fields).map(([field, sentence]) => [`--${names[field] ?? field}`, sentence])),
      'Some options need your attention.',
    );
  }
}

function fieldsOf(error: unknown): Names | undefined {
  if (error instanceof PortalError && error.code === 'invalid-input') return error.details.fields as Names;
  if (!(error instanceof z.ZodError)) return undefined;
  return Object.fromEntries(
    error.issues.map((issue) => [
      String(issue.path[0]),
      issue.code === 'invalid_value' ? `One of: ${issue.values.map(String).join(', ')}.` : issue.message,
    ]),
  );
}
