import {
  AuditChain,
  type AuditFilter,
  AuditLog,
  AuditPresenter,
  type Command,
  type CommandCall,
  inject,
  injectable,
  optional,
  PersonDirectory,
  PortalError,
  type ServiceHandle,
} from '@portico/core';
import { AuditExport } from '../services/audit-export.js';

const json = { name: 'json', description: 'Prints JSON.' };
const filterOptions = [
  { name: 'area', value: 'area', description: 'Area of the log, e.g. settings, people or security.' },
  { name: 'action', value: 'word', description: 'What was done, e.g. changed or sign-in-failed.' },
  { name: 'person', value: 'who', description: 'Email address of the person, or part of their name.' },
  { name: 'address', value: 'address', description: 'Address of the client.' },
  { name: 'text', value: 'text', description: 'Part of what was changed, or of a name.' },
  { name: 'from', value: 'time', description: 'From this day or time on, e.g. 2026-01-31.' },
  { name: 'until', value: 'time', description: 'Before this day or time.' },
];

@injectable()
class AuditOptions {
  constructor(@inject(optional(PersonDirectory)) private readonly people: ServiceHandle<PersonDirectory>) {}

  /** @throws PortalError `invalid-input` (400) for what is no time. */
  filterOf(options: CommandCall['options']): AuditFilter {
    const typed = (name: string): string | undefined => (typeof options[name] === 'string' ? options[name] : undefined);
    const given = (name: 'area' | 'action' | 'address' | 'text'): object => (typed(name) ? { [name]: typed(name) } : {});
    const person = typed('person');
    const known = person && this.people.get()?.byEmail(person);
    return {
      ...given('area'),
      ...given('action'),
      ...given('address'),
      ...given('text'),
      ...(known ? { by: known.id } : person ? { byName: person } : {}),
      ...timeOf('from', typed('from')),
      ...timeOf('until', typed('until')),
    };
  }
}

function timeOf(name: 'from' | 'until', typed: string | undefined): object {
  if (typed === undefined) return {};
  const time = new Date(typed);
  if (!Number.isNaN(time.getTime())) return { [name]: time };
  throw new PortalError('invalid-input', `--${name}: "${typed}" is no day and no time. Say 2026-01-31, or 2026-01-31T12:00Z.`, {
    status: 400,
  });
}

@injectable()
export class ListAudit implements Command {
  readonly name = 'audit list';
  readonly summary = 'Lists who changed what, the newest first.';
  readonly whenEmpty = 'There is no entry.';
  readonly options = [
    ...filterOptions,
    { name: 'limit', value: 'number', description: 'At most so many, 1 to 500.', default: '50' },
    json,
  ];

  constructor(
    @inject(AuditLog) private readonly log: AuditLog,
    @inject(AuditPresenter) private readonly presenter: AuditPresenter,
    @inject(AuditOptions) private readonly given: AuditOptions,
  ) {}

  async run({ options, print }: CommandCall): Promise<void> {
    const limit = Number(options.limit);
    if (!Number.isInteger(limit) || limit < 1 || limit > 500)
      throw new PortalError('invalid-input', '--limit: say a number from 1 to 500.', { status: 400 });
    const { records } = await this.log.list(this.given.filterOf(options), undefined, limit);
    if (options.json) {
      print(JSON.stringify(records, undefined, 2));
      return;
    }
    for (const record of records) {
      const { at, by, area, what, action, before, after, via, address } = this.presenter.row(record);
      const change = [before, after].some((said) => said !== undefined) ? `: ${before ?? '-'} -> ${after ?? '-'}` : '';
      print(`${at}  ${by} ${via}${address ? ` from ${address}` : ''}  ${area}  ${what}  ${action}${change}`);
    }
  }
}

@injectable()
export class ExportAudit implements Command {
  readonly name = 'audit export';
  readonly summary = 'Prints all entries of the audit log, or those that are asked for: portico audit export > audit.json';
  readonly options = [...filterOptions, { name: 'csv', description: 'As CSV instead of JSON.' }];

  constructor(
    @inject(AuditExport) private readonly files: AuditExport,
    @inject(AuditOptions) private readonly given: AuditOptions,
  ) {}

  async run({ options, print }: CommandCall): Promise<void> {
    const file = await this.files.open(options.csv ? 'csv' : 'json', this.given.filterOf(options));
    let rest = '';
    for await (const piece of file as AsyncIterable<string>) {
      const lines = (rest + piece).split(/\r?\n/);
      rest = lines.pop() ?? '';
      for (const line of lines) print(line);
    }
    if (rest !== '') print(rest);
  }
}

@injectable()
export class VerifyAudit implements Command {
  readonly name = 'audit verify';
  readonly summary = 'Checks that no entry of the audit log was changed, added or taken away; exits with 1 when one was.';
  readonly options = [json];

  constructor(@inject(AuditChain) private readonly chain: AuditChain) {}

  async run({ options, print }: CommandCall): Promise<number> {
    const found = await this.chain.verify();
    const { entries, head, removedUpTo, anonymised, problems } = found;
    if (options.json) print(JSON.stringify(found, undefined, 2));
    else {
      print(`${entries} entries were checked, up to number ${head.number}. The hash of the newest: ${head.hash || '-'}`);
      if (removedUpTo > 0) print(`Those up to number ${removedUpTo} were removed for their age.`);
      if (anonymised > 0) print(`${anonymised} had names or values that were taken out with the people they told of.`);
      for (const problem of problems) print(problem);
      print(problems.length === 0 ? 'The audit log is whole.' : 'The audit log is not as the portal wrote it.');
    }
    return problems.length === 0 ? 0 : 1;
  }
}
