import { askForModels, type ImageProvider, modelsToTry, ProviderError, type ProviderModel } from '@portico/ai-providers/api';
import type { SettingsAction, SettingsActionCall, SettingsActionKind, SettingsActionResult } from '@portico/configuration/api';
import { Clock, inject, injectable, MessageCatalog, Messages } from '@portico/core';
import { CircuitBreaker } from '../failures/circuit-breaker.js';
import { errorCatalogEntry } from '../failures/error-catalog.js';
import { ModelKnowledge } from '../models/model-knowledge.js';
import { CreatorConfig } from '../settings/creator-config.js';
import { type Translate, translator } from '../translator.js';
import { UnsavedProvider, type UnsavedService } from './unsaved-provider.js';

type Finding = SettingsActionResult['findings'][number];

/** What can be said of a key without sending it anywhere: its finding, and the key when it may be sent. */
export function keyFinding(
  { provider: { needsKey, takesKey = true }, keyField, key: secret }: UnsavedService,
  translate: Translate,
  catalog: MessageCatalog,
  locale: string,
): { readonly finding: Finding; readonly key: string | undefined } {
  const theirs = (key: string): string => (keyField ? catalog.for(keyField.module).text(key, {}, locale) : key);
  const title = keyField ? theirs(keyField.field.label) : translate('test.key');
  if (!takesKey || (!needsKey && !secret))
    return {
      finding: { kind: 'success', title, text: translate(takesKey ? 'test.key-optional' : 'test.key-unused') },
      key: undefined,
    };
  if (!secret) return { finding: { kind: 'danger', title, text: translate('test.key-missing') }, key: undefined };
  const from = translate(`test.key-from-${secret.from}`);
  const wrong = keyField?.field.check?.(secret.value.trim());
  if (wrong) return { finding: { kind: 'danger', title, text: `${from} ${theirs(wrong)}` }, key: undefined };
  return { finding: { kind: 'success', title, text: `${from} ${translate('test.key-shape')}` }, key: secret.value.trim() };
}

/** Who is asked, and where. */
export const serviceFinding = ({ name, place }: ImageProvider, translate: Translate): Finding => ({
  kind: 'success',
  title: translate('settings.service'),
  text: place === undefined ? name : translate('test.service', { name, place }),
});

/** What failed and what to do, without a word of the provider's. */
export function failureFinding(error: unknown, translate: Translate): Finding {
  const code = error instanceof ProviderError ? error.code : 'bad-answer';
  const cause = error instanceof ProviderError ? error.message : '';
  const title = translate(code === 'organization-not-verified' ? 'test.organization' : 'test.answer');
  return {
    kind: 'danger',
    title,
    text: [translate(`test.${code}`), cause, translate(errorCatalogEntry(code)?.remedy ?? 'remedy.bad-answer')]
      .filter(Boolean)
      .join(' '),
  };
}

/** Test Connection: one request for the list of models. It costs nothing. */
@injectable()
export class TestConnection implements SettingsAction {
  readonly settings = 'ai-creator';
  readonly label = 'test.label';
  readonly help = 'test.help';

  constructor(
    @inject(UnsavedProvider) private readonly providers: UnsavedProvider,
    @inject(ModelKnowledge) private readonly knowledge: ModelKnowledge,
    @inject(CreatorConfig) private readonly config: CreatorConfig,
    @inject(CircuitBreaker) private readonly breaker: CircuitBreaker,
    @inject(Clock) private readonly clock: Clock,
    @inject(Messages) private readonly messages: Messages,
    @inject(MessageCatalog) private readonly catalog: MessageCatalog,
  ) {}

  get field(): string {
    return this.providers.field;
  }

  async run(call: SettingsActionCall): Promise<SettingsActionResult> {
    const translate = translator(this.messages, call.access.locale);
    const typed = this.providers.of(call);
    if (!typed) return { kind: 'danger', summary: translate('service.nobody'), findings: [] };
    const { provider } = typed;
    if (!provider.models)
      return { kind: 'warning', summary: translate('test.no-list'), findings: [serviceFinding(provider, translate)] };
    const { finding, key } = keyFinding(typed, translate, this.catalog, call.access.locale);
    const model = String(call.values.model).trim() || (provider.modelNames?.preferred[0] ?? '');
    const findings = [
      serviceFinding(provider, translate),
      finding,
      ...(finding.kind === 'danger' ? [] : await this.ask(provider, key, model, translate)),
    ];
    const kind = worst(findings);
    if (kind !== 'danger' && this.providers.isInForce(typed))
      await this.breaker.passed(this.breaker.keyScopeOf(call.access.scope));
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

export function worst(findings: readonly Finding[]): SettingsActionKind {
  const has = (kind: SettingsActionKind): boolean => findings.some((finding) => finding.kind === kind);
  return has('danger') ? 'danger' : has('warning') ? 'warning' : 'success';
}
