import { createHash } from 'node:crypto';
import { type ImageProvider, type ImageRequest, ProviderError, type SourceImage } from '@portico/ai-providers/api';
import { Clock, inject, injectable, siteScope } from '@portico/core';
import type { Generation } from '../../entities/generation.js';
import { Availability } from '../availability/availability.js';
import { styledPrompt } from '../descriptions/styles.js';
import { Previews } from '../images/previews.js';
import { VariationSources } from '../images/variation-sources.js';
import { ModelMonitor } from '../models/model-monitor.js';
import { ImageProviderClient } from '../provider/image-provider-client.js';
import { ProviderKey } from '../provider/provider-key.js';
import { upstreamQuality } from '../provider/quality.js';
import { CreatorConfig } from '../settings/creator-config.js';
import type { GenerationColumns } from './state-writer.js';

/** Why a generation is not sent, under the code that its row gets. */
export class NotSent extends Error {
  constructor(
    readonly problem: ProviderError,
    readonly code: string = problem.code,
  ) {
    super(problem.message);
  }
}

/** One request, with everything that was chosen for it when it was let through: nothing is asked anew afterwards. */
export interface PreparedRequest {
  readonly provider: ImageProvider | undefined;
  /** What the row remembers of it. */
  readonly columns: GenerationColumns;
  /** From now on the deadline runs. @param signal that of who gives it up. */
  start(signal: AbortSignal): ImageRequest;
  /** Something arrived: every further answer has the same time. */
  extend(): void;
  /** Whatever came of it. */
  close(): void;
}

/** Says whether a generation may be sent, and puts its request together. Asks no service. */
@injectable()
export class GenerationRequests {
  constructor(
    @inject(Availability) private readonly availability: Availability,
    @inject(VariationSources) private readonly sources: VariationSources,
    @inject(ImageProviderClient) private readonly client: ImageProviderClient,
    @inject(ProviderKey) private readonly key: ProviderKey,
    @inject(ModelMonitor) private readonly watch: ModelMonitor,
    @inject(Previews) private readonly previews: Previews,
    @inject(CreatorConfig) private readonly config: CreatorConfig,
    @inject(Clock) private readonly clock: Clock,
  ) {}

  /** The picture that is varied, or none. @throws NotSent */
  async approve(generation: Generation): Promise<SourceImage | undefined> {
    const scope = siteScope(generation.siteId);
    // Whoever ordered it was deleted while it waited, and their words with them: nobody is there for what it would cost.
    if (generation.description === '')
      throw new NotSent(new ProviderError('cancelled', 'Its words were forgotten before it was sent.'));
    const source = await this.sources.toSend(generation);
    if (typeof source === 'string')
      throw new NotSent(new ProviderError('cancelled', `Its source could not be sent (${source}).`), source);
    const off = this.availability.switchedOff(scope);
    if (off) throw new NotSent(new ProviderError('cancelled', `Switched off before it was sent (${off}).`), 'switched-off');
    const missing = this.availability.missing(scope);
    if (missing === 'provider')
      throw new NotSent(new ProviderError('cancelled', 'No image service was there to send it to.'), 'provider-missing');
    if (missing) throw new NotSent(new ProviderError('key-missing', 'No API key is set.'));
    return source;
  }

  prepare(generation: Generation, source: SourceImage | undefined): PreparedRequest {
    const { id, siteId, personId, size, count } = generation;
    const scope = siteScope(siteId);
    const { provider } = this.client;
    const { quality: chosen, moderation, deadline, previews, styles } = this.availability.settings.get(scope);
    const { model, fallback } = this.watch.choose(scope);
    const quality = upstreamQuality(chosen, size);
    const deadlineMillis = Math.min(deadline * 1000, this.config.values.answerMillis);
    const asked = {
      prompt: styledPrompt(generation.description, generation.style, styles),
      size,
      count,
      model,
      fallback,
      quality,
      moderation: moderation === 'low' ? ('low' as const) : ('auto' as const),
      personHash: createHash('sha256').update(`portico:${personId}`).digest('hex'),
      key: this.key.read(scope),
      source,
    };
    let timer: NodeJS.Timeout | undefined;
    return {
      provider,
      columns: {
        sentAt: this.clock.now().toISOString(),
        provider: provider?.id ?? null,
        model,
        quality,
        attempts: generation.attempts,
        keyFrom: this.availability.keyFrom(scope),
        retryAt: null,
        errorCode: null,
        errorDetail: null,
        retryAfter: null,
      },
      start: (signal) => {
        const tooLate = new ProviderError('timed-out', `No answer within ${deadlineMillis / 1000} seconds.`, {
          maybeCharged: true,
        });
        const late = new AbortController();
        timer = setTimeout(() => late.abort(tooLate), deadlineMillis);
        return {
          ...asked,
          preview: previews && count === 1 && provider?.previews ? this.previews.open(id) : undefined,
          signal: AbortSignal.any([signal, late.signal]),
        };
      },
      extend: () => void timer?.refresh(),
      close: () => {
        clearTimeout(timer);
        this.previews.drop(id);
      },
    };
  }

  /** The service said that it does not know a model any more. */
  async forgetModel(model: string): Promise<void> {
    await this.watch.gone(model);
  }
}
