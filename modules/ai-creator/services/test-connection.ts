import type { SettingsAction, SettingsActionCall, SettingsActionKind, SettingsActionResult } from '@portico/configuration/api';
import { Clock, inject, injectable, Messages } from '@portico/core';
import { type ImageProvider, ProviderError, type ProviderModel } from '../api/index.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { CreatorConfig } from './creator-config.js';
import { ImageMaker } from './image-maker.js';
import { ModelKnowledge } from './model-knowledge.js';
import { modelsToTry } from './models.js';
import { checkKeyShape } from './settings.js';

type Finding = SettingsActionResult['findings'][number];
type Words = (key: string, values?: Readonly<Record<string, string | number>>) => string;

/** What can be said of a key without sending it anywhere: its finding, and the key when it may be sent. */
export function keyFinding(
  call: SettingsActionCall,
  words: Words,
): { readonly finding: Finding; readonly key: string | undefined } {
  const title = words('settings.api-key');
  const secret = call.secret('apiKey');
  if (!secret) return { finding: { kind: 'danger', title, text: words('test.key-missing') }, key: undefined };
  const from = words(`test.key-from-${secret.from}`);
  const wrong = checkKeyShape(secret.value.trim());
  if (wrong) return { finding: { kind: 'danger', title, text: `${from} ${words(wrong)}` }, key: undefined };
  return { finding: { kind: 'success', title, text: `${from} ${words('test.key-shape')}` }, key: secret.value.trim() };
}

/** What failed and what to do, without a word of the provider's. */
export function troubleFinding(error: unknown, words: Words): Finding {
  const code = error instanceof ProviderError ? error.code : 'bad-answer';
  const cause = error instanceof ProviderError ? error.message : '';
  const title = words(code === 'organization-not-verified' ? 'test.organization' : 'test.answer');
  return { kind: 'danger', title, text: [words(`test.${code}`), cause, words(`remedy.${code}`)].filter(Boolean).join(' ') };
}

/** Test Connection: one request for the list of models. It costs nothing. */
@injectable()
export class TestConnection implements SettingsAction {
  readonly settings = 'ai-creator';
  readonly field = 'apiKey';
  readonly label = 'test.label';
  readonly help = 'test.help';

  constructor(
    @inject(ImageMaker) private readonly maker: ImageMaker,
    @inject(ModelKnowledge) private readonly knowledge: ModelKnowledge,
    @inject(CreatorConfig) private readonly config: CreatorConfig,
    @inject(CircuitBreaker) private readonly breaker: CircuitBreaker,
    @inject(Clock) private readonly clock: Clock,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  async run(call: SettingsActionCall): Promise<SettingsActionResult> {
    const words: Words = (key, values) => this.messages.text(key, values, call.access.locale);
    const { provider } = this.maker;
    if (!provider?.models) return { kind: 'warning', summary: words('test.no-list'), findings: [] };
    const { finding, key } = keyFinding(call, words);
    const refused = finding.kind === 'danger' && (provider.needsKey || call.secret('apiKey') !== undefined);
    const findings = [
      finding,
      ...(refused
        ? []
        : await this.ask(provider, key, String(call.values.model).trim() || (provider.modelNames?.preferred[0] ?? ''), words)),
    ];
    const kind = worst(findings);
    if (kind !== 'danger') await this.breaker.passed(this.breaker.keyScopeOf(call.access.scope));
    return { kind, summary: words(`test.summary-${kind}`), findings };
  }

  private async ask(provider: ImageProvider, key: string | undefined, model: string, words: Words): Promise<readonly Finding[]> {
    const started = this.clock.monotonic();
    const place = provider.place ?? provider.name;
    try {
      const models = (await provider.models?.({ key, signal: AbortSignal.timeout(this.config.values.testMillis) })) ?? [];
      const millis = Math.round(this.clock.monotonic() - started);
      this.knowledge.learn(models);
      return [
        { kind: 'success', title: words('test.answer'), text: words('test.answered', { place, millis }) },
        this.modelFinding(models, model, words),
        { kind: 'success', title: words('test.organization'), text: words('test.organization-unsaid') },
      ];
    } catch (error) {
      const millis = Math.round(this.clock.monotonic() - started);
      const trouble = troubleFinding(error, words);
      return [{ ...trouble, text: `${trouble.text} ${words('test.asked', { place, millis })}` }];
    }
  }

  private modelFinding(models: readonly ProviderModel[], chosen: string, words: Words): Finding {
    const title = words('settings.model');
    const wanted = chosen.trim();
    const { kind, shutdownDate = '', daysLeft = 0 } = this.knowledge.of(wanted, models);
    if (kind === 'there') return { kind: 'success', title, text: words('test.model-there', { model: wanted }) };
    if (kind === 'ends')
      return { kind: 'warning', title, text: words('test.model-ends', { model: wanted, date: shutdownDate, days: daysLeft }) };
    const next = modelsToTry(wanted, this.maker.provider?.modelNames).find(
      (model) => model !== wanted && models.some(({ id }) => id === model),
    );
    const gone = words(shutdownDate ? 'test.model-gone-since' : 'test.model-gone', { model: wanted, date: shutdownDate });
    return next === undefined
      ? { kind: 'danger', title, text: `${gone} ${words('test.model-none')}` }
      : { kind: 'warning', title, text: `${gone} ${words('test.model-next', { model: next })}` };
  }
}

export function worst(findings: readonly Finding[]): SettingsActionKind {
  const has = (kind: SettingsActionKind): boolean => findings.some((finding) => finding.kind === kind);
  return has('danger') ? 'danger' : has('warning') ? 'warning' : 'success';
}
