import type { ImageProvider, InstalledProvider } from '@portico/ai-providers/api';
import {
  type ResolvedSetting,
  type SecretField,
  type SecretState,
  Settings,
  type SettingsEntry,
  type SettingsPatch,
} from '@portico/configuration/api';
import { AccessContexts, type DemoContent, type Disposable, inject, injectable, instanceScope, type Scope } from '@portico/core';
import { creatorSettings } from '../settings/settings.js';
import { ChosenProvider } from './chosen-provider.js';

/** The field that holds the key of a provider. */
export interface KeyField {
  readonly name: string;
  readonly field: SecretField;
  /** The module that brings the provider and the field. */
  readonly module: string;
}

/** Which keys are other ones now: those of one scope, or, when another service was chosen, all. */
export type KeyChange = { readonly kind: 'key'; readonly keyScope: string } | { readonly kind: 'service' };

/**
 * The key of the provider in use: a secret on the page of the AI Creator, brought by the module that brings the provider. It is read when a
 * request is made, and given to nobody else: a provider that names a field of another module is given none.
 */
@injectable()
export class ProviderKey {
  constructor(
    @inject(Settings) private readonly settings: Settings,
    @inject(ChosenProvider) private readonly chosen: ChosenProvider,
  ) {}

  /** Undefined when it has none, or the one that it names is not its own. */
  fieldOf(installed: InstalledProvider<ImageProvider> | undefined = this.chosen.installed()): KeyField | undefined {
    const name = installed?.provider.keyField;
    const entry = this.page;
    if (!installed || name === undefined || entry?.moduleOf(name) !== installed.module) return undefined;
    const field = entry.definition.fields[name];
    return field?.type === 'secret' ? { name, field, module: installed.module } : undefined;
  }

  /** For the length of a call. */
  read(scope: Scope): string | undefined {
    const field = this.fieldOf();
    return field && this.page?.handle.secret(scope, field.name);
  }

  resolve(scope: Scope): ResolvedSetting | undefined {
    const field = this.fieldOf();
    return field && this.page?.handle.resolve(scope, field.name);
  }

  /** Which scope supplies it; null when there is none. */
  from(scope: Scope): NonNullable<SecretState['suppliedBy']> | null {
    const field = this.fieldOf();
    const state = field && (this.page?.handle.get(scope)[field.name] as SecretState | undefined);
    return state?.suppliedBy ?? null;
  }

  /** `instance`, or the id of the site that supplies its own key. */
  scopeOf(scope: Scope): string {
    return scope.kind === 'site' && this.from(scope) === 'site' ? scope.siteId : 'instance';
  }

  onDidChange(listener: (change: KeyChange) => void): Disposable {
    return this.settings.of(creatorSettings).onDidChange(({ scope, fields }) => {
      const changed: readonly string[] = fields;
      if (changed.includes('service')) listener({ kind: 'service' });
      else if (this.chosen.all().some((each) => changed.includes(this.fieldOf(each)?.name ?? '')))
        listener({ kind: 'key', keyScope: scope.kind === 'site' ? scope.siteId : 'instance' });
    });
  }

  private get page(): SettingsEntry | undefined {
    return this.settings.byId(creatorSettings.id);
  }
}

/** The offline images API of the demo takes any key; this one says where it comes from. */
const demoKey = 'sk-sandbox-portico-demo-key';

/** Switches the AI Creator on with a key for the offline images API, unless somebody decided otherwise before. */
@injectable()
export class DemoSettings implements DemoContent {
  constructor(
    @inject(Settings) private readonly settings: Settings,
    @inject(ProviderKey) private readonly key: ProviderKey,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
  ) {}

  async seed(): Promise<readonly string[]> {
    const page = this.settings.byId(creatorSettings.id);
    const { person } = this.contexts.system();
    if (!page || !person || page.handle.revision(instanceScope) > 0) return [];
    const key = this.key.fieldOf();
    const patch: SettingsPatch = {
      enabled: { set: true },
      previews: { set: true },
      ...(key && { [key.name]: { set: demoKey } }),
    };
    // What the operator of the demo locks stays as it is.
    const open = Object.entries(patch).filter(([name]) => page.handle.resolve(instanceScope, name).lockedBy === undefined);
    if (open.length > 0) await page.handle.save(instanceScope, Object.fromEntries(open), person);
    return [];
  }
}
