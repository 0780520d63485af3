import { Settings, type SettingsHandle } from '@portico/configuration/api';
import {
  AccessControl,
  Clock,
  inject,
  injectable,
  optional,
  PortalError,
  type Reader,
  type ServiceHandle,
  siteScope,
  type Transaction,
} from '@portico/core';
import { People } from '@portico/identity/api';
import type { Spender } from '../../entities/budget-rules.js';
import { GeneratedImage } from '../../entities/generated-image.js';
import type { Generation } from '../../entities/generation.js';
import { UsageEntry } from '../../entities/usage-entry.js';
import { ModelWatch } from '../models/model-watch.js';
import { ImageProviderClient } from '../provider/image-provider-client.js';
import { upstreamQuality } from '../provider/quality.js';
import { creatorSettings } from '../settings/settings.js';
import { type BudgetState, Budgets, exceeded } from './budgets.js';
import { type Cost, Prices } from './prices.js';

/** A hard limit is in the way. The sentence is the generic one; `state` is for administrators. */
export class BudgetExceeded extends PortalError {
  constructor(
    readonly state: BudgetState,
    message = 'An unexpected error occurred and no image was made. Try again later.',
  ) {
    super('ai-creator-budget', message, { status: 429, retryAfter: state.retryAfter });
  }
}

const measured = 50;
type Order = Pick<Generation, 'siteId' | 'personId' | 'size' | 'count'>;

/** Tokens of one image without previews, by what the last ones used. */
interface Average {
  readonly input: number;
  readonly output: number;
}

/** Counts every generation in the transaction that reserves it, and once more when it is known what came of it. */
@injectable()
export class UsageLedger {
  private readonly settings: SettingsHandle<typeof creatorSettings.fields>;

  constructor(
    @inject(Budgets) private readonly budgets: Budgets,
    @inject(Prices) private readonly prices: Prices,
    @inject(ModelWatch) private readonly watch: ModelWatch,
    @inject(ImageProviderClient) private readonly client: ImageProviderClient,
    @inject(Clock) private readonly clock: Clock,
    @inject(Settings) settings: Settings,
    @inject(optional(AccessControl)) private readonly accessControl: ServiceHandle<AccessControl>,
    @inject(optional(People)) private readonly people: ServiceHandle<People>,
  ) {
    this.settings = settings.of(creatorSettings);
  }

  /** @throws BudgetExceeded, and then the transaction leaves nothing behind. */
  async reserve(transaction: Transaction, generation: Generation): Promise<void> {
    const { model, quality } = this.wanted(generation);
    const [estimate] = await this.estimates(transaction, generation, [generation.count]);
    const demand = { images: generation.count, cost: estimate?.cost ?? 0 };
    const spender = this.spenderOf(generation);
    const states = await this.budgets.states(transaction, spender, this.clock.now());
    const over = exceeded(states, demand, 'hardLimit');
    if (over) throw new BudgetExceeded(over);
    await transaction.repository(UsageEntry).insert({
      id: generation.id,
      at: generation.createdAt,
      siteId: generation.siteId,
      personId: generation.personId,
      roles: `|${spender.roles.join('|')}|`,
      model,
      quality,
      state: 'reserved',
      images: generation.count,
      previewTokens: this.previewTokens(generation) ?? null,
      cost: estimate?.cost ?? null,
      currency: estimate?.currency ?? null,
    });
  }

  /** Replaces what was reserved by what happened, once. */
  async settle(transaction: Transaction, generation: Generation): Promise<void> {
    const entries = transaction.repository(UsageEntry);
    const entry = await entries.findOneBy({ id: generation.id });
    if (entry?.state !== 'reserved') return;
    const came = await transaction.repository(GeneratedImage).countBy({ generationId: generation.id });
    const images = came > 0 ? came : generation.maybeCharged ? generation.count : 0;
    const { inputTokens = null, outputTokens = null, maybeCharged, categories } = generation;
    const errorCode = generation.state === 'unknown' ? 'unknown' : generation.errorCode;
    const model = generation.model ?? entry.model;
    const known = this.prices.costOf(model, this.clock.now(), { images: came, inputTokens, outputTokens });
    const isUnclear = came === 0 && maybeCharged;
    await entries.update(
      { id: generation.id },
      {
        state: 'settled',
        model,
        images,
        inputTokens,
        outputTokens,
        errorCode,
        categories,
        ...(isUnclear ? {} : { cost: known?.cost ?? (images === 0 ? 0 : null), currency: known?.currency ?? entry.currency }),
      },
    );
  }

  /**
   * What one more request will cost with each number of images, by the price and by what the last ones used; undefined when either is not
   * known. A request for one image may have previews, which cost tokens of their own.
   */
  async estimates(
    database: Pick<Reader | Transaction, 'query'>,
    order: Omit<Order, 'count'>,
    counts: readonly number[],
  ): Promise<readonly (Cost | undefined)[]> {
    const { model, quality } = this.wanted(order);
    const now = this.clock.now();
    if (!this.prices.of(model, now)) return counts.map(() => undefined);
    const average = await averageOf(database, model, quality);
    return counts.map((count) =>
      this.prices.costOf(model, now, {
        images: count,
        inputTokens: average ? average.input * count : null,
        outputTokens: average ? average.output * count + (this.previewTokens({ ...order, count }) ?? 0) : null,
      }),
    );
  }

  /** Whether requests for one image have previews that nobody knows the cost of. */
  hasUnknownPreviews(order: Pick<Order, 'siteId'>): boolean {
    const one = { ...order, count: 1 };
    return this.hasPreviews(one) && this.previewTokens(one) === undefined;
  }

  /** Budgets that count this person here. */
  states(
    database: Pick<Reader | Transaction, 'query'>,
    order: Pick<Order, 'siteId' | 'personId'>,
  ): Promise<readonly BudgetState[]> {
    return this.budgets.states(database, this.spenderOf(order), this.clock.now());
  }

  private spenderOf({ siteId, personId }: Pick<Order, 'siteId' | 'personId'>): Spender {
    const person = this.people.get()?.byId(personId);
    return { siteId, personId, roles: this.accessControl.get()?.rolesOf(person, siteScope(siteId)) ?? [] };
  }

  private hasPreviews({ siteId, count }: Pick<Order, 'siteId' | 'count'>): boolean {
    return count === 1 && this.client.provider?.previews === true && this.settings.get(siteScope(siteId)).previews === true;
  }

  private previewTokens(order: Pick<Order, 'siteId' | 'count'>): number | undefined {
    return this.hasPreviews(order) ? this.client.provider?.previewTokens : undefined;
  }

  private wanted({ siteId, size }: Pick<Order, 'siteId' | 'size'>): { readonly model: string; readonly quality: string } {
    const { quality } = this.settings.get(siteScope(siteId));
    return { model: this.watch.choose(siteScope(siteId)).model, quality: upstreamQuality(quality, size) };
  }
}

/** Undefined while nothing of that kind was measured. */
async function averageOf(
  database: Pick<Reader | Transaction, 'query'>,
  model: string,
  quality: string,
): Promise<Average | undefined> {
  const [row] = await database.query<{ images: number | null; input: number | null; output: number | null }>(
    `SELECT SUM(images) AS images, SUM(input_tokens) AS input, SUM(output_tokens - COALESCE(preview_tokens, 0)) AS output FROM (
      SELECT images, input_tokens, output_tokens, preview_tokens FROM ai_creator_usage
      WHERE model = ? AND quality = ? AND state = 'settled' AND images > 0 AND output_tokens IS NOT NULL ORDER BY at DESC LIMIT ${measured})`,
    [model, quality],
  );
  const images = row?.images ?? 0;
  return images > 0 ? { input: (row?.input ?? 0) / images, output: Math.max(0, row?.output ?? 0) / images } : undefined;
}
