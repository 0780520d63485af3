import type { Readable } from 'node:stream';
import {
  AccessContexts,
  type Command,
  type CommandCall,
  inject,
  injectable,
  optional,
  PortalError,
  type Scope,
  type ServiceHandle,
  type Site,
  SiteDirectory,
} from '@portico/core';
import { nearest, readAll } from '@portico/core/util';
import type { SettingsField, SettingsFields, SettingsHandle } from '../api/index.js';
import { SettingPresenter } from '../services/setting-presenter.js';
import { SettingsRegistry } from '../services/settings-registry.js';

interface Target {
  readonly scope: Scope;
  readonly module: string;
  readonly name: string;
  readonly field: SettingsField;
  readonly handle: SettingsHandle<SettingsFields>;
}

const setting = { name: 'setting', description: 'The setting as <id>.<field>, e.g. ai-creator.apiKey.', required: true };
const site = { name: 'site', value: 'address', description: 'Address of a site; left out: the instance.' };
const secretLimit = 16_384;

/** What the `settings` commands share. They are the operator's: pages whose `when` does not hold are there for them as well. */
@injectable()
class SettingsTargets {
  constructor(
    @inject(SettingsRegistry) private readonly registry: SettingsRegistry,
    @inject(SettingPresenter) readonly presenter: SettingPresenter,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
    @inject(optional(SiteDirectory)) private readonly sites: ServiceHandle<SiteDirectory>,
  ) {}

  find({ arguments: { setting: subject = '' }, options }: CommandCall): Target {
    const dot = subject.lastIndexOf('.');
    const name = subject.slice(dot + 1);
    const contribution = this.registry.contribution(subject.slice(0, dot));
    const field = contribution && Object.hasOwn(contribution.value.fields, name) ? contribution.value.fields[name] : undefined;
    if (!contribution || !field) {
      const page = subject.slice(0, dot);
      const meant = contribution
        ? nearest(name, Object.keys(contribution.value.fields), `${page}.`)
        : nearest(subject, this.registry.names());
      throw new PortalError('setting-unknown', `There is no setting "${subject}".${meant}`, { status: 404 });
    }
    const scope = this.scope(options.site);
    return { scope, module: contribution.moduleOf(name), name, field, handle: this.registry.handle(contribution.value.id) };
  }

  async save(
    { handle, scope, name, field, module }: Target,
    change: { readonly set: string } | 'inherit' | 'none',
    call: CommandCall,
  ): Promise<void> {
    const { person } = this.contexts.system();
    if (!person) throw new PortalError('sign-in-required', 'Nobody is at work.', { status: 401 });
    try {
      await handle.save(scope, { [name]: change }, person, undefined, 'command');
    } catch (error) {
      const fields =
        error instanceof PortalError ? (error.details.fields as Readonly<Record<string, string>> | undefined) : undefined;
      throw fields?.[name] ? new PortalError('invalid-input', fields[name], { status: 400, cause: error }) : error;
    }
    call.print(this.presenter.inForce(module, field, handle.resolve(scope, name)));
  }

  private scope(address: string | boolean | undefined): Scope {
    if (typeof address !== 'string') return { kind: 'instance' };
    const found: Site | undefined = this.sites.get()?.byAddress(address);
    if (!found) throw new PortalError('site-unknown', `There is no site "${address}".`, { status: 404 });
    return { kind: 'site', siteId: found.id };
  }
}

@injectable()
export class GetSetting implements Command {
  readonly name = 'settings get';
  readonly summary = 'Prints a setting, its value and where it comes from; of a secret only its last characters.';
  readonly arguments = [setting];
  readonly options = [site];

  constructor(@inject(SettingsTargets) private readonly targets: SettingsTargets) {}

  async run(call: CommandCall): Promise<void> {
    const { module, field, handle, scope, name } = this.targets.find(call);
    call.print(this.targets.presenter.inForce(module, field, handle.resolve(scope, name)));
  }
}

@injectable()
export class SetSetting implements Command {
  readonly name = 'settings set';
  readonly summary = 'Stores a setting. Secrets are read from standard input, never from the command line.';
  readonly arguments = [
    setting,
    { name: 'value', description: 'The value, or - to read it from standard input. "none" with --site: no secret at this site.' },
  ];
  readonly options = [site];

  constructor(@inject(SettingsTargets) private readonly targets: SettingsTargets) {}

  async run(call: CommandCall): Promise<void> {
    const target = this.targets.find(call);
    const { value } = call.arguments;
    if (target.field.type === 'secret') {
      if (value === 'none') return this.targets.save(target, 'none', call);
      if (value !== undefined && value !== '-') {
        throw new PortalError(
          'secret-as-argument',
          'A secret on the command line would be seen by others. Pipe it in, and say - for the value.',
          {
            status: 400,
          },
        );
      }
    } else if (value === undefined)
      throw new PortalError('invalid-input', 'Say the value, or - to read it from standard input.', { status: 400 });
    const set = value === undefined || value === '-' ? await readLine(call.stdin) : value;
    await this.targets.save(target, { set }, call);
  }
}

@injectable()
export class UnsetSetting implements Command {
  readonly name = 'settings unset';
  readonly summary = 'Forgets what the instance or a site stores of a setting, so that it inherits again.';
  readonly arguments = [setting];
  readonly options = [site];

  constructor(@inject(SettingsTargets) private readonly targets: SettingsTargets) {}

  async run(call: CommandCall): Promise<void> {
    await this.targets.save(this.targets.find(call), 'inherit', call);
  }
}

/** All of it, without the line break that a pipe puts at the end. */
async function readLine(stdin: Readable): Promise<string> {
  return (await readAll(stdin, secretLimit)).replace(/\r?\n$/, '');
}
