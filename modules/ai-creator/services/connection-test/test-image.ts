import { modelsToTry, type ProviderAnswer, ProviderError } from '@portico/ai-providers/api';
import { UsageLedger } from '@portico/ai-usage/api';
import type { SettingsAction, SettingsActionCall, SettingsActionResult } from '@portico/configuration/api';
import { type AccessContext, AuditLog, Clock, Ids, inject, injectable, Log, UnitOfWork } from '@portico/core';
import { CircuitBreaker } from '../failures/circuit-breaker.js';
import { ImageProviderClient } from '../provider/image-provider-client.js';
import { imagesFeature } from '../spending/generation-usage.js';
import { failureFinding, ServiceTests, worst } from './service-test.js';

interface TestedImage {
  readonly model: string;
  readonly quality: string;
  readonly provider: string;
  readonly usage?: ProviderAnswer['usage'];
  /** What came in the place of an image. */
  readonly error?: ProviderError;
}

/** Counts the image of a test, which belongs to no generation and is paid for all the same. No budget keeps an administrator from testing. */
@injectable()
class TestUsage {
  constructor(
    @inject(UsageLedger) private readonly ledger: UsageLedger,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Ids) private readonly ids: Ids,
    @inject(AuditLog) private readonly audit: AuditLog,
  ) {}

  /** What was refused before it was charged is not counted. */
  async record({ scope, person }: AccessContext, { model, quality, provider, usage, error }: TestedImage): Promise<void> {
    if (error && !error.maybeCharged) return;
    await this.unitOfWork.write(async (transaction) => {
      await this.ledger.record(transaction, {
        id: this.ids.next(),
        siteId: scope.kind === 'site' ? scope.siteId : undefined,
        personId: person?.id ?? '',
        feature: imagesFeature,
        provider,
        model,
        quality,
        images: 1,
        inputTokens: usage?.inputTokens ?? null,
        outputTokens: usage?.outputTokens ?? null,
        inputImageTokens: usage?.inputImageTokens ?? null,
        outputImageTokens: usage?.outputImageTokens ?? null,
        errorCode: error?.code ?? null,
      });
      await this.audit.record(transaction, {
        area: 'ai-creator',
        subject: 'test-image',
        scope: scope.kind === 'site' ? scope.siteId : 'instance',
        action: 'created',
        after: { provider, model },
      });
    });
  }
}

/** Make One Test Image: the only test that is paid for, and the only one that shows whether images can be made. Nothing is kept. */
@injectable()
export class TestImage implements SettingsAction {
  readonly settings = 'ai-creator';
  readonly label = 'test.image-label';
  readonly help = 'test.image-help';
  private running = false;

  constructor(
    @inject(ImageProviderClient) private readonly client: ImageProviderClient,
    @inject(ServiceTests) private readonly tests: ServiceTests,
    @inject(CircuitBreaker) private readonly breaker: CircuitBreaker,
    @inject(TestUsage) private readonly usage: TestUsage,
    @inject(Clock) private readonly clock: Clock,
    @inject(Log) private readonly log: Log,
  ) {}

  get field(): string {
    return this.tests.field;
  }

  async run(call: SettingsActionCall): Promise<SettingsActionResult> {
    const test = this.tests.begin(call);
    if ('findings' in test) return test;
    const { provider, service, keyFinding, key, translate } = test;
    if (keyFinding.kind === 'danger')
      return { kind: 'danger', summary: translate('test.summary-danger'), findings: [service, keyFinding] };
    if (this.running) return { kind: 'warning', summary: translate('test.image-running'), findings: [] };
    this.running = true;
    const started = this.clock.monotonic();
    this.log.info('A paid test image was asked for.', { by: call.access.person?.id });
    const quality = 'low';
    const [model = ''] = modelsToTry(String(call.values.model).trim(), provider.modelNames);
    let answered = '';
    try {
      await this.client.make(
        {
          prompt: 'A small grey circle on white.',
          size: '256x256',
          count: 1,
          model,
          quality,
          personHash: 'portico-test',
          key,
          signal: AbortSignal.timeout(Number(call.values.deadline) * 1000),
        },
        async (made) => {
          answered = made.model;
          await this.usage.record(call.access, { model: answered, quality, provider: provider.id, usage: made.usage });
        },
        provider,
      );
      const keyScope = test.keyScopeInForce();
      if (keyScope !== undefined) await this.breaker.close(keyScope);
      const millis = Math.round(this.clock.monotonic() - started);
      const made = translate('test.image-made', { model: answered, millis });
      return {
        kind: 'success',
        summary: translate('test.image-summary'),
        findings: [service, keyFinding, { kind: 'success', title: translate('test.answer'), text: made }],
      };
    } catch (error) {
      if (error instanceof ProviderError) await this.usage.record(call.access, { model, quality, provider: provider.id, error });
      const findings = [service, keyFinding, failureFinding(error, translate)];
      return { kind: worst(findings), summary: translate('test.summary-danger'), findings };
    } finally {
      this.running = false;
    }
  }
}
