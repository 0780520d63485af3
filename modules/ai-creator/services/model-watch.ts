import { Settings, type SettingsHandle } from '@portico/configuration/api';
import {
  type Activity,
  AuditLog,
  Clock,
  inject,
  injectable,
  instanceScope,
  Log,
  optional,
  type Scope,
  type ServiceHandle,
  SiteDirectory,
  siteScope,
  UnitOfWork,
} from '@portico/core';
import { ImageProvider, type ProviderModel } from '../api/index.js';
import { KnownModel } from '../entities/known-model.js';
import { CreatorConfig } from './creator-config.js';
import { ModelKnowledge } from './model-knowledge.js';
import { isRetired } from './models.js';
import { creatorSettings } from './settings.js';

const hour = 3_600_000;
const dayMillis = 24 * hour;
/** A statement takes a limited number of values. */
const rowsAtATime = 500;
/** Days before an end on which administrators are warned. */
export const warningDays = [7, 30, 90] as const;

export interface ModelNotice {
  readonly scope: Scope;
  readonly model: string;
  /** What is used in its place; undefined while it is still used itself. */
  readonly instead: string | undefined;
  readonly shutdownDate: string | undefined;
  readonly daysLeft: number | undefined;
  /** 7, 30 or 90; undefined when it is gone. */
  readonly within: number | undefined;
}

/** Keeps the list of models up to date, and moves along the preference list when the chosen one is gone. */
@injectable()
export class ModelWatch implements Activity {
  private readonly settings: SettingsHandle<typeof creatorSettings.fields>;
  /** By provider and name. */
  private readonly known = new Map<string, ReadonlyMap<string, KnownModel>>();
  private timer: NodeJS.Timeout | undefined;
  private last: Promise<void> = Promise.resolve();

  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Settings) settings: Settings,
    @inject(optional(ImageProvider)) private readonly providers: ServiceHandle<ImageProvider>,
    @inject(SiteDirectory) private readonly sites: SiteDirectory,
    @inject(ModelKnowledge) private readonly knowledge: ModelKnowledge,
    @inject(CreatorConfig) private readonly config: CreatorConfig,
    @inject(AuditLog) private readonly audit: AuditLog,
    @inject(Clock) private readonly clock: Clock,
    @inject(Log) private readonly log: Log,
  ) {
    this.settings = settings.of(creatorSettings);
  }

  async onStart(): Promise<void> {
    const rows = await this.unitOfWork.read((reader) => reader.repository(KnownModel).find());
    for (const provider of new Set(rows.map((row) => row.provider)))
      this.learn(provider, new Map(rows.filter((row) => row.provider === provider).map((row) => [row.name, row])));
    this.timer = setInterval(() => {
      this.last = this.refreshWhenDue();
    }, hour);
    this.timer.unref();
  }

  async onStop(): Promise<void> {
    clearInterval(this.timer);
    await this.last;
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
    return this.known.get(this.providers.get()?.id ?? '') ?? new Map();
  }

  private get preferred(): readonly string[] {
    return this.providers.get()?.modelNames?.preferred ?? [];
  }

  /** What administrators must know about the models that are chosen. */
  notices(): readonly ModelNotice[] {
    return this.scopes().flatMap((scope) => {
      const model = this.wanted(scope);
      if (scope.kind === 'site' && this.settings.resolve(scope, 'model').origin !== 'site') return [];
      const { shutdownDate, daysLeft } = this.knowledge.of(model);
      const { model: used } = this.choose(scope);
      const within = warningDays.find((days) => daysLeft !== undefined && daysLeft <= days);
      if (used === model && within === undefined) return [];
      return [
        {
          scope,
          model,
          instead: used === model ? undefined : used,
          shutdownDate,
          daysLeft,
          within: used === model ? within : undefined,
        },
      ];
    });
  }

  /** Asked with the key of the instance, else with that of the first site that has one. @throws ProviderError */
  async refresh(): Promise<boolean> {
    const provider = this.providers.get();
    const key = this.scopes()
      .map((scope) => this.settings.secret(scope, 'apiKey'))
      .find((secret) => secret !== undefined);
    if (!provider?.models || (provider.needsKey && !key)) return false;
    const listed = await provider.models({ key, signal: AbortSignal.timeout(this.config.values.testMillis) });
    const now = this.clock.now().toISOString();
    const next = new Map(
      listed.map(({ id, shutdownDate }): [string, KnownModel] => [
        id,
        { provider: provider.id, name: id, shutdownDate: shutdownDate ?? null, seenAt: now, goneAt: null },
      ]),
    );
    // A list of other names says nothing about a name that is missing: what was refused may be there by now.
    const missing = provider.modelNames?.listed === false ? [] : [...this.models.values()].filter(({ name }) => !next.has(name));
    for (const row of missing) next.set(row.name, { ...row, goneAt: row.goneAt ?? now });
    await this.keep(provider.id, next);
    for (const { model, within, daysLeft } of this.notices())
      if (within) this.log.warn('A chosen model ends soon.', { model, daysLeft });
    return true;
  }

  /** The service said that it does not know the model any more. */
  async gone(model: string): Promise<void> {
    const provider = this.providers.get()?.id;
    if (provider === undefined) return;
    const now = this.clock.now().toISOString();
    const row = this.models.get(model) ?? { provider, name: model, shutdownDate: null, seenAt: now, goneAt: null };
    if (row.goneAt === null) await this.keep(provider, new Map(this.models).set(model, { ...row, goneAt: now }));
  }

  async refreshWhenDue(): Promise<void> {
    try {
      const checked = this.checkedAt;
      if (checked && this.clock.now().getTime() - Date.parse(checked) < dayMillis) await this.recordMoves();
      else await this.refresh();
    } catch (error) {
      this.log.warn('The list of models could not be read.', { error });
    }
  }

  private async keep(provider: string, models: ReadonlyMap<string, KnownModel>): Promise<void> {
    await this.unitOfWork.write(async (transaction) => {
      await transaction.repository(KnownModel).delete({ provider });
      const rows = [...models.values()];
      for (let at = 0; at < rows.length; at += rowsAtATime)
        await transaction.repository(KnownModel).insert(rows.slice(at, at + rowsAtATime));
    });
    this.learn(provider, models);
    await this.recordMoves();
  }

  private learn(provider: string, models: ReadonlyMap<string, KnownModel>): void {
    this.known.set(provider, models);
    this.knowledge.learn(provider, [...models.values()].map(asProviderModel));
  }

  /** One audit entry for each move. */
  private async recordMoves(): Promise<void> {
    for (const { scope, model, instead } of this.notices()) {
      if (instead === undefined) continue;
      const scopeId = scope.kind === 'site' ? scope.siteId : 'instance';
      const { records } = await this.audit.list({ area: 'ai-creator', subject: 'model', scope: scopeId }, undefined, 1);
      if (records[0]?.before === model && records[0]?.after === instead) continue;
      await this.unitOfWork.write((transaction) =>
        this.audit.record(transaction, {
          area: 'ai-creator',
          subject: 'model',
          scope: scopeId,
          action: 'moved',
          before: model,
          after: instead,
          by: { id: 'system', name: 'Portico' },
          via: 'system',
        }),
      );
      this.log.warn('The chosen model is gone; the next of the preference list takes its place.', { model, instead });
    }
  }

  private isGone(name: string): boolean {
    return isRetired(name) || (this.models.get(name)?.goneAt ?? null) !== null || this.knowledge.of(name).kind === 'gone';
  }

  private scopes(): readonly Scope[] {
    return [instanceScope, ...this.sites.all().map(({ id }) => siteScope(id))];
  }
}

const asProviderModel = ({ name, shutdownDate }: KnownModel): ProviderModel =>
  shutdownDate ? { id: name, shutdownDate } : { id: name };
