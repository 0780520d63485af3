import { UsagePermissions } from '@portico/ai-usage/api';
import type { SecretState } from '@portico/configuration/api';
import { type AccessContext, type ExplainedStep, inject, injectable, Messages } from '@portico/core';
import { ModelKnowledge } from '../models/model-knowledge.js';
import { ModelMonitor } from '../models/model-monitor.js';
import { ChosenProvider } from '../provider/chosen-provider.js';
import { ProviderKey } from '../provider/provider-key.js';
import { instanceSettings, siteSettings } from '../settings/settings-link.js';
import { SpendingNotice } from '../spending/spending-notice.js';
import { Availability } from './availability.js';

/** What hides nothing, and keeps images from being made all the same: people look for it under the same question. */
@injectable()
export class AvailabilitySteps {
  constructor(
    @inject(Availability) private readonly availability: Availability,
    @inject(SpendingNotice) private readonly spending: SpendingNotice,
    @inject(ModelKnowledge) private readonly models: ModelKnowledge,
    @inject(ChosenProvider) private readonly providers: ChosenProvider,
    @inject(ProviderKey) private readonly providerKey: ProviderKey,
    @inject(ModelMonitor) private readonly watch: ModelMonitor,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  async of(access: AccessContext): Promise<readonly ExplainedStep[]> {
    return [this.key(access), await this.budget(access), this.model(access)];
  }

  /** Where the key comes from, and nothing of the key. */
  private key(access: AccessContext): ExplainedStep {
    const absent = this.availability.missing(access.scope);
    if (absent === 'provider')
      return {
        criterion: 'provider',
        subject: this.providers.id,
        met: false,
        reason: this.text(access, 'why.provider-missing', { service: this.providers.id }),
        changeableBy: this.text(access, 'why.by-operator'),
        ...instanceSettings,
      };
    const { value = { isSet: false, readable: true }, own } = this.providerKey.resolve(access.scope) ?? {};
    const state = value as SecretState;
    const met = absent === undefined;
    const lost = state.reference ? 'reference-lost' : 'unreadable';
    const missing = own === 'none' ? 'none-here' : state.isSet ? lost : 'missing';
    const atSite = !met && (own === 'none' || state.suppliedBy === 'site');
    return {
      criterion: 'key',
      subject: `ai-creator.${this.providerKey.fieldOf()?.name ?? 'service'}`,
      met,
      reason: this.text(access, met ? `why.key-${state.suppliedBy ?? 'not-needed'}` : `why.key-${missing}`),
      changeableBy: this.text(access, atSite ? 'why.by-site' : 'why.by-instance'),
      ...(atSite ? siteSettings : instanceSettings),
    };
  }

  /** The exact budget is for those who may change it. */
  private async budget(access: AccessContext): Promise<ExplainedStep> {
    const obstacle = await this.spending.obstacle(access);
    const state = this.spending.describe(obstacle, access);
    return {
      criterion: 'budget',
      subject: 'ai-creator.budget',
      met: !obstacle,
      reason: this.text(access, obstacle ? 'why.budget-used' : 'why.budget-left', { state }).trim(),
      changeableBy: this.text(access, 'why.by-budgets'),
      href: '/ai-creator/budgets',
      hrefPermission: UsagePermissions.manage,
    };
  }

  /** A model that is gone has others that take its place: it is said, and keeps nobody from anything. */
  private model(access: AccessContext): ExplainedStep {
    const model = this.watch.wanted(access.scope);
    if (model === '') return this.namelessModel(access);
    const { kind, shutdownDate: date = '', daysLeft: days = 0 } = this.models.of(model);
    const { model: used, fallback = '' } = this.watch.choose(access.scope);
    const next = used === model ? fallback : used;
    return {
      criterion: 'model',
      subject: model,
      met: kind !== 'gone',
      reason: this.text(access, `why.model-${kind}`, { date, days, next }),
      changeableBy: this.text(access, 'why.by-instance'),
      ...instanceSettings,
    };
  }

  /** Nobody chose, and the service prefers none: fine where there is nothing to choose. */
  private namelessModel(access: AccessContext): ExplainedStep {
    const met = !this.watch.needsName;
    return {
      criterion: 'model',
      subject: '',
      met,
      reason: this.text(access, met ? 'why.model-nameless' : 'test.model-unchosen'),
      changeableBy: this.text(access, 'why.by-instance'),
      ...instanceSettings,
    };
  }

  private text(access: AccessContext, key: string, values: Readonly<Record<string, string | number>> = {}): string {
    return this.messages.text(key, values, access.locale);
  }
}
