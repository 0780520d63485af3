import { askForModels, type ImageProvider, modelsToTry, type ProviderModel } from '@portico/ai-providers/api';
import type { SettingsAction, SettingsActionCall, SettingsActionResult } from '@portico/configuration/api';
import { Clock, inject, injectable } from '@portico/core';
import { CircuitBreaker } from '../failures/circuit-breaker.js';
import { ModelKnowledge } from '../models/model-knowledge.js';
import { CreatorConfig } from '../settings/creator-config.js';
import type { Translate } from '../translator.js';
import { type Finding, failureFinding, ServiceTests, worst } from './service-test.js';

/** Test Connection: one request for the list of models. It costs nothing. */
@injectable()
export class TestConnection implements SettingsAction {
  readonly settings = 'ai-creator';
  readonly label = 'test.label';
  readonly help = 'test.help';

  constructor(
    @inject(ServiceTests) private readonly tests: ServiceTests,
    @inject(ModelKnowledge) private readonly knowledge: ModelKnowledge,
    @inject(CreatorConfig) private readonly config: CreatorConfig,
    @inject(CircuitBreaker) private readonly breaker: CircuitBreaker,
    @inject(Clock) private readonly clock: Clock,
  ) {}

  get field(): string {
    return this.tests.field;
  }

  async run(call: SettingsActionCall): Promise<SettingsActionResult> {
    const test = this.tests.begin(call);
    if ('findings' in test) return test;
    const { provider, service, keyFinding, key, translate } = test;
    if (!provider.models) return { kind: 'warning', summary: translate('test.no-list'), findings: [service] };
    const model = String(call.values.model).trim() || (provider.modelNames?.preferred[0] ?? '');
    const findings = [
      service,
      keyFinding,
      ...(keyFinding.kind === 'danger' ? [] : await this.ask(provider, key, model, translate)),
    ];
    const kind = worst(findings);
    const keyScope = test.keyScopeInForce();
    if (kind !== 'danger' && keyScope !== undefined) await this.breaker.passed(keyScope);
    return { kind, summary: translate(`test.summary-${kind}`), findings };
  }

  private async ask(
    provider: ImageProvider,
    key: string | undefined,
    model: string,
    translate: Translate,
  ): Promise<readonly Finding[]> {
    const started = this.clock.monotonic();
    const place = provider.place ?? provider.name;
    try {
      const models = (await askForModels(provider, { key, signal: AbortSignal.timeout(this.config.values.testMillis) })) ?? [];
      const millis = Math.round(this.clock.monotonic() - started);
      this.knowledge.learn(provider.id, models);
      return [
        { kind: 'success', title: translate('test.answer'), text: translate('test.answered', { place, millis }) },
        this.modelFinding(provider, models, model, translate),
        ...(provider.needsKey
          ? [{ kind: 'success', title: translate('test.organization'), text: translate('test.organization-unsaid') } as const]
          : []),
      ];
    } catch (error) {
      const millis = Math.round(this.clock.monotonic() - started);
      const failure = failureFinding(error, translate);
      if (provider.place === undefined) return [failure];
      return [{ ...failure, text: `${failure.text} ${translate('test.asked', { place, millis })}` }];
    }
  }

  private modelFinding(provider: ImageProvider, models: readonly ProviderModel[], wanted: string, translate: Translate): Finding {
    const title = translate('settings.model');
    if (wanted === '') return { kind: 'danger', title, text: translate('test.model-unchosen') };
    if (provider.modelNames?.listed === false)
      return { kind: 'success', title, text: translate('test.model-unlisted', { model: wanted }) };
    const { kind, shutdownDate = '', daysLeft = 0 } = this.knowledge.of(wanted, models, provider);
    if (kind === 'there') return { kind: 'success', title, text: translate('test.model-there', { model: wanted }) };
    if (kind === 'ends')
      return {
        kind: 'warning',
        title,
        text: translate('test.model-ends', { model: wanted, date: shutdownDate, days: daysLeft }),
      };
    const next = modelsToTry(wanted, provider.modelNames).find(
      (model) => model !== wanted && models.some(({ id }) => id === model),
    );
    const gone = translate(shutdownDate ? 'test.model-gone-since' : 'test.model-gone', { model: wanted, date: shutdownDate });
    return next === undefined
      ? { kind: 'danger', title, text: `${gone} ${translate('test.model-none')}` }
      : { kind: 'warning', title, text: `${gone} ${translate('test.model-next', { model: next })}` };
  }
}
