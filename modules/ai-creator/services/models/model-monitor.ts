import { askForModels, type ImageProvider, isRetired, type ProviderModel } from '@portico/ai-providers/api';
import { Settings, type SettingsHandle } from '@portico/configuration/api';
import {
  type Activity,
  Clock,
  inject,
  injectable,
  instanceScope,
  type Lifetime,
  Log,
  type Scope,
  SiteDirectory,
  siteScope,
  toDisposable,
} from '@portico/core';
import { every } from '@portico/core/util';
import type { KnownModel } from '../../entities/known-model.js';
import { ChosenProvider } from '../provider/chosen-provider.js';
import { ProviderKey } from '../provider/provider-key.js';
import { CreatorConfig } from '../settings/creator-config.js';
import { creatorSettings } from '../settings/settings.js';
import { KnownModels } from './known-models.js';
import { ModelAudit, type ModelNotice, warningDays } from './model-audit.js';

/** Asks a service for its models. */
@injectable()
class ModelLists {
  constructor(
    @inject(ProviderKey) private readonly key: ProviderKey,
    @inject(CreatorConfig) private readonly config: CreatorConfig,
  ) {}

  /** Milliseconds after the start until the list is read for the first time. */
  get firstMillis(): number {
    return this.config.values.firstListMillis;
  }

  /**
   * Asked with the key of the first scope that has one; undefined when the provider needs one and there is none, or has no list.
   * @param over aborted when the portal closes: it waits for no list. @throws ProviderError
   */
  async read(
    provider: ImageProvider,
    scopes: readonly Scope[],
    over: AbortSignal,
  ): Promise<readonly ProviderModel[] | undefined> {
    const key = scopes.map((scope) => this.key.read(scope)).find((secret) => secret !== undefined);
    if (provider.needsKey && !key) return undefined;
    const asking = new AbortController();
    const giveUp = (): void => asking.abort();
    const timer = setTimeout(giveUp, this.config.values.testMillis);
    over.addEventListener('abort', giveUp);
    try {
      return await askForModels(provider, { key, signal: asking.signal });
    } finally {
      clearTimeout(timer);
      over.removeEventListener('abort', giveUp);
    }
  }
}

const hour = 3_600_000;
const dayMillis = 24 * hour;

/** Keeps the list of models up to date, and moves along the preference list when the chosen one is gone. */
@injectable()
export class ModelMonitor implements Activity {
  private readonly settings: SettingsHandle<typeof creatorSettings.fields>;
  private readonly over = new AbortController();
  private last: Promise<void> = Promise.resolve();

  constructor(
    @inject(Settings) settings: Settings,
    @inject(ChosenProvider) private readonly providers: ChosenProvider,
    @inject(ModelLists) private readonly lists: ModelLists,
    @inject(SiteDirectory) private readonly sites: SiteDirectory,
    @inject(KnownModels) private readonly known: KnownModels,
    @inject(ModelAudit) private readonly audit: ModelAudit,
    @inject(Clock) private readonly clock: Clock,
    @inject(Log) private readonly log: Log,
  ) {
    this.settings = settings.of(creatorSettings);
  }

  async onStart(lifetime: Lifetime): Promise<void> {
    await this.known.load();
    lifetime.add(toDisposable(() => this.last));
    lifetime.add(
      this.settings.onDidChange(({ fields }) => {
        if (fields.includes('model')) this.last = this.last.then(() => this.writeDown());
      }),
    );
    // Soon after the start, because a portal that is restarted every day would otherwise never hear of an end.
    lifetime.add(every(hour, () => this.refreshWhenDue(), this.lists.firstMillis));
    lifetime.add(toDisposable(() => this.over.abort()));
  }

  /** By name; what is gone last. */
  all(): readonly KnownModel[] {
    return [...this.models.values()].sort(
      (left, right) => (left.goneAt ?? '').localeCompare(right.goneAt ?? '') || left.name.localeCompare(right.name),
    );
  }

  /** When the service last told; undefined before the first time. */
  get checkedAt(): string | undefined {
    return this.all()
      .filter(({ goneAt }) => goneAt === null)
      .map(({ seenAt }) => seenAt)
      .sort()
      .at(-1);
  }

  /** The chosen model, or, when it is gone, the first of the preference list that is not. */
  choose(scope: Scope): { readonly model: string; readonly fallback: string | undefined } {
    const { preferences } = this.settings.get(scope);
    const wanted = this.wanted(scope);
    const candidates = [wanted, ...preferences.split(',').map((name) => name.trim()), ...this.preferred].filter(
      (name, index, all) => name !== '' && all.indexOf(name) === index,
    );
    const alive = candidates.filter((name) => !this.isGone(name));
    return { model: alive[0] ?? wanted, fallback: alive[1] };
  }

  /** The chosen model, whether it is there or not, else the one that the service prefers; empty when it needs none. */
  wanted(scope: Scope): string {
    return this.settings.get(scope).model.trim() || (this.preferred[0] ?? '');
  }

  /** Whether somebody must choose when the service prefers none. */
  get needsName(): boolean {
    return this.providers.get()?.modelNames !== undefined;
  }

  /** Those of the service in use. */
  private get models(): ReadonlyMap<string, KnownModel> {
    return this.known.of(this.providers.get()?.id);
  }

  private get preferred(): readonly string[] {
    return this.providers.get()?.modelNames?.preferred ?? [];
  }

  /** What administrators must know about the models that are chosen, by the instance and by sites for themselves. */
  notices(): readonly ModelNotice[] {
    return this.scopes().flatMap((scope) => this.notice(scope) ?? []);
  }

  /** About the model that this very scope chose; undefined when there is nothing to say, and for a site that inherits. */
  notice(scope: Scope): ModelNotice | undefined {
    if (scope.kind === 'site' && this.settings.resolve(scope, 'model').origin !== 'site') return undefined;
    const model = this.wanted(scope);
    const { shutdownDate, daysLeft } = this.known.stateOf(model);
    const { model: used } = this.choose(scope);
    const within = warningDays.find((days) => daysLeft !== undefined && daysLeft <= days);
    if (used === model) return within && { scope, model, instead: undefined, shutdownDate, daysLeft, within };
    return { scope, model, instead: used, shutdownDate, daysLeft, within: undefined };
  }

  /** What a site that did not choose takes over from the instance. */
  inherited(scope: Scope): ModelNotice | undefined {
    return this.settings.resolve(scope, 'model').origin === 'site' ? undefined : this.notice(instanceScope);
  }

  /** Asked with the key of the instance, else with that of the first site that has one. @throws ProviderError */
  async refresh(): Promise<boolean> {
    const provider = this.providers.get();
    const listed = provider && (await this.lists.read(provider, this.scopes(), this.over.signal));
    if (!listed) return false;
    const now = this.clock.now().toISOString();
    const fresh = new Map(
      listed.map(({ id, shutdownDate }): [string, KnownModel] => [
        id,
        { provider: provider.id, name: id, shutdownDate: shutdownDate ?? null, seenAt: now, goneAt: null },
      ]),
    );
    // A list of other names says nothing about a name that is missing: what was refused may be there by now.
    const namesAll = provider.modelNames?.listed !== false;
    await this.keep(provider.id, (known) => {
      const missing = [...known.values()].filter(({ name }) => namesAll && !fresh.has(name));
      return new Map([...fresh, ...missing.map((row) => [row.name, { ...row, goneAt: row.goneAt ?? now }] as const)]);
    });
    return true;
  }

  /** The service said that it does not know the model any more. Never throws: the images that came in its place are worth more. */
  async gone(model: string): Promise<void> {
    const provider = this.providers.get()?.id;
    if (provider === undefined) return;
    const now = this.clock.now().toISOString();
    if ((this.models.get(model)?.goneAt ?? null) !== null) return;
    try {
      await this.keep(provider, (known) => {
        const row = known.get(model) ?? { provider, name: model, shutdownDate: null, seenAt: now, goneAt: null };
        return new Map(known).set(model, { ...row, goneAt: row.goneAt ?? now });
      });
    } catch (error) {
      this.log.warn('That a model is gone could not be written down.', { model, error });
    }
  }

  async refreshWhenDue(): Promise<void> {
    try {
      const checked = this.checkedAt;
      if (!checked || this.clock.now().getTime() - Date.parse(checked) >= dayMillis) await this.refresh();
    } catch (error) {
      if (this.over.signal.aborted) return;
      this.log.warn('The list of models could not be read.', { error });
    }
    await this.writeDown();
  }

  private async writeDown(): Promise<void> {
    try {
      await this.audit.record(this.notices());
    } catch (error) {
      this.log.warn('What becomes of the chosen models could not be written down.', { error });
    }
  }

  private async keep(provider: string, change: Parameters<KnownModels['keep']>[1]): Promise<void> {
    await this.known.keep(provider, change);
    await this.audit.record(this.notices());
  }

  private isGone(name: string): boolean {
    return isRetired(name) || (this.models.get(name)?.goneAt ?? null) !== null || this.known.stateOf(name).kind === 'gone';
  }

  private scopes(): readonly Scope[] {
    return [instanceScope, ...this.sites.all().map(({ id }) => siteScope(id))];
  }
}
