import { AccessContexts, type Command, type CommandCall, inject, injectable, type Person, PortalError } from '@portico/core';
import { readAll } from '@portico/core/util';
import { type ImportNote, isSealed } from '../services/import-plan.js';
import { SettingsCatalog } from '../services/settings-catalog.js';
import { SettingsExport } from '../services/settings-export.js';
import { SettingsTransfer } from '../services/settings-transfer.js';

const largestFile = 4 * 1024 * 1024;

function systemOf(contexts: AccessContexts): Person {
  const { person } = contexts.system();
  if (!person) throw new PortalError('sign-in-required', 'Nobody is at work.', { status: 401 });
  return person;
}

@injectable()
export class ExportSettings implements Command {
  readonly name = 'settings export';
  readonly summary = 'Prints what instance and sites store as JSON. Secrets stay in the portal; references to them are kept.';
  readonly options = [
    { name: 'entry', value: 'id', description: 'One entry, e.g. ai-creator.' },
    { name: 'scope', value: 'scope', description: 'One scope: instance, or site:<address>.' },
  ];

  constructor(
    @inject(SettingsExport) private readonly settings: SettingsExport,
    @inject(SettingsCatalog) private readonly catalog: SettingsCatalog,
  ) {}

  async run(call: CommandCall): Promise<void> {
    const { entry, scope } = call.options;
    if (typeof scope === 'string' && !this.settings.places().some(([name]) => name === scope))
      throw new PortalError('scope-unknown', `There is no scope "${scope}". Say instance, or site:<address>.`, { status: 404 });
    const text = (option: unknown): string | undefined => (typeof option === 'string' ? option : undefined);
    call.print(
      JSON.stringify(await this.settings.write({ id: text(entry), scope: text(scope), reach: this.catalog.all() }), undefined, 2),
    );
  }
}

@injectable()
export class ImportSettings implements Command {
  readonly name = 'settings import';
  readonly summary = 'Reads settings from standard input and stores them, all or nothing. Exits with 1 when the file has faults.';
  readonly options = [
    { name: 'dry-run', description: 'Shows what would change, and changes nothing.' },
    { name: 'replace', description: 'Fields that an entry of the file does not name inherit again; secrets stay.' },
  ];

  constructor(
    @inject(SettingsTransfer) private readonly transfer: SettingsTransfer,
    @inject(SettingsCatalog) private readonly catalog: SettingsCatalog,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
  ) {}

  async run(call: CommandCall): Promise<number> {
    const dryRun = call.options['dry-run'] === true;
    const text = await readAll(call.stdin, largestFile);
    const done = await this.transfer.import(text, {
      by: systemOf(this.contexts),
      reach: this.catalog.all(),
      replace: call.options.replace === true,
      dryRun,
    });
    for (const fault of done.faults) call.warn(noteLine(fault));
    for (const skipped of done.skipped) call.warn(noteLine(skipped));
    if (done.faults.length > 0) {
      call.warn('Nothing was imported.');
      return 1;
    }
    for (const { place, id, field, before, after } of done.changes)
      call.print(`${place} ${id}.${field}: ${word(before)} -> ${word(after)}`);
    const count = done.changes.length;
    call.print(
      dryRun ? `${count} to change.` : `${count} changed.${done.id ? ` Undo with: portico settings undo ${done.id}` : ''}`,
    );
    return 0;
  }
}

@injectable()
export class UndoImport implements Command {
  readonly name = 'settings undo';
  readonly summary = 'Puts everything back as it stood before an import.';
  readonly arguments = [{ name: 'import', description: 'Id of the import; left out: the newest.' }];

  constructor(
    @inject(SettingsTransfer) private readonly transfer: SettingsTransfer,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
  ) {}

  async run(call: CommandCall): Promise<void> {
    const count = await this.transfer.undo(call.arguments.import, systemOf(this.contexts));
    call.print(`${count} put back.`);
  }
}

function word(value: unknown): string {
  if (isSealed(value)) return '(a stored secret)';
  return value === undefined ? '(inherits)' : JSON.stringify(value);
}

function noteLine({ line, column, path, sentence }: ImportNote): string {
  return `Line ${line}, column ${column}${path ? `, ${path}` : ''}: ${sentence}`;
}
