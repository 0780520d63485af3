import {
  AccessControl,
  Clock,
  In,
  inject,
  injectable,
  optional,
  type ServiceHandle,
  siteScope,
  type Transaction,
} from '@portico/core';
import { People } from '@portico/identity/api';
import type { BudgetLimit, BudgetState, UsageSubject } from '../../api/budgets.js';
import {
  BudgetExceeded,
  type Cost,
  type FailureSum,
  type PaidWork,
  type RecordedUsage,
  type UsageDatabase,
  type UsageLedger,
  type UsageOrder,
  type UsageOutcome,
} from '../../api/index.js';
import type { Spender } from '../../entities/budget-rules.js';
import { UsageEntry, wholeInstance } from '../../entities/usage-entry.js';
import { BudgetPresenter } from '../budgets/budget-presenter.js';
import { BudgetRepository, exceeded } from '../budgets/budget-repository.js';
import { costBy, PriceRepository } from '../prices/price-repository.js';

/** Answers that an estimate goes by. */
const measured = 50;
const one = { images: 1, cost: 0 };
const nothing: UsageOutcome = {
  model: null,
  came: 0,
  maybeCharged: false,
  inputTokens: null,
  outputTokens: null,
  errorCode: null,
  categories: null,
};

/** Tokens of one image without what it used beside it, by what the last ones used. */
interface Average {
  readonly input: number;
  readonly output: number;
  readonly inputImages: number;
  readonly outputImages: number;
}

/**
 * The ledger: one row for each order, with whose it is, what was asked for and what came of it. No words of anybody.
 *
 * A row comes in the transaction that commits the order (`reserve`), with what was asked for and what it will cost, about. The budgets are summed up in
 * that same transaction, after all orders that were committed before: writes never overlap, so that forty orders at the same time on a budget of ten are
 * ten. One that a hard limit forbids leaves nothing behind, neither here nor there.
 *
 * Once it is known what came (`settle`), the row is replaced by that: what came, what it cost by the price of its day, or, when nothing came and it may
 * have been charged, what was asked for. This happens once; a second time changes nothing. What was certainly never sent is given back (`release`).
 *
 * Rows are never deleted and never counted twice: they outlive what was made, and the sums of a month stay what they were. A changed price changes no row.
 */
@injectable()
export class StoredUsageLedger implements UsageLedger {
  constructor(
    @inject(BudgetRepository) private readonly budgets: BudgetRepository,
    @inject(PriceRepository) private readonly prices: PriceRepository,
    @inject(BudgetPresenter) private readonly presenter: BudgetPresenter,
    @inject(Clock) private readonly clock: Clock,
    @inject(optional(AccessControl)) private readonly accessControl: ServiceHandle<AccessControl>,
    @inject(optional(People)) private readonly people: ServiceHandle<People>,
  ) {}

  async reserve(transaction: Transaction, order: UsageOrder): Promise<void> {
    const { id, at, siteId, personId, feature, provider, model, quality, count, extraTokens } = order;
    const [estimate] = await this.estimates(transaction, order, [order]);
    const demand = { images: count, cost: estimate?.cost ?? 0 };
    const spender = this.spenderOf(order);
    const over = exceeded(await this.budgets.states(transaction, spender, this.clock.now()), demand, 'hardLimit');
    if (over) throw new BudgetExceeded(over);
    await transaction.repository(UsageEntry).insert({
      id,
      at,
      siteId,
      personId,
      roles: `|${spender.roles.join('|')}|`,
      feature,
      provider,
      model,
      quality,
      state: 'reserved',
      images: count,
      previewTokens: extraTokens ?? null,
      cost: estimate?.cost ?? null,
      currency: estimate?.currency ?? null,
    });
  }

  async settle(transaction: Transaction, id: string, outcome: UsageOutcome): Promise<void> {
    const entries = transaction.repository(UsageEntry);
    const entry = await entries.findOneBy({ id });
    if (entry?.state !== 'reserved') return;
    const { came, maybeCharged, inputTokens, outputTokens, errorCode, categories } = outcome;
    const { inputImageTokens = null, outputImageTokens = null } = outcome;
    const images = came > 0 ? came : maybeCharged ? entry.images : 0;
    const model = outcome.model ?? entry.model;
    const price = await this.prices.of(transaction, model, this.clock.now());
    const known = costBy(price, { images: came, inputTokens, outputTokens, inputImageTokens, outputImageTokens });
    const isUnclear = came === 0 && maybeCharged;
    // What came and was not counted costs something all the same: budgets go on with what was reserved.
    const isEstimate = came > 0 && price !== undefined && known === undefined && entry.cost !== null;
    await entries.update(
      { id },
      {
        state: 'settled',
        model,
        images,
        inputTokens,
        outputTokens,
        inputImageTokens,
        outputImageTokens,
        errorCode,
        categories,
        isEstimate,
        ...(isUnclear || isEstimate
          ? {}
          : { cost: known?.cost ?? (images === 0 ? 0 : null), currency: known?.currency ?? entry.currency }),
      },
    );
  }

  release(transaction: Transaction, id: string): Promise<void> {
    return this.settle(transaction, id, nothing);
  }

  async record(transaction: Transaction, usage: RecordedUsage): Promise<void> {
    const { siteId, images, inputTokens, outputTokens, errorCode, ...about } = usage;
    const now = this.clock.now();
    const price = errorCode === null ? await this.prices.of(transaction, usage.model, now) : undefined;
    const cost = costBy(price, { ...usage, images, inputTokens, outputTokens });
    await transaction.repository(UsageEntry).insert({
      ...about,
      at: now.toISOString(),
      siteId: siteId ?? wholeInstance,
      roles: '||',
      state: 'settled',
      images,
      inputTokens,
      outputTokens,
      cost: cost?.cost ?? null,
      currency: cost?.currency ?? null,
      errorCode,
    });
  }

  async estimates(
    database: UsageDatabase,
    { feature, model, quality }: PaidWork,
    orders: readonly Pick<UsageOrder, 'count' | 'extraTokens'>[],
  ): Promise<readonly (Cost | undefined)[]> {
    const price = await this.prices.of(database, model, this.clock.now());
    if (!price) return orders.map(() => undefined);
    const average = await averageOf(database, { feature, model, quality });
    return orders.map(({ count, extraTokens = 0 }) =>
      costBy(price, {
        images: count,
        inputTokens: average ? average.input * count : null,
        outputTokens: average ? average.output * count + extraTokens : null,
        inputImageTokens: average ? average.inputImages * count : null,
        outputImageTokens: average && average.outputImages > 0 ? average.outputImages * count + extraTokens : null,
      }),
    );
  }

  async costs(reader: UsageDatabase, ids: readonly string[]): Promise<ReadonlyMap<string, Cost>> {
    if (ids.length === 0) return new Map();
    const entries = await reader.repository(UsageEntry).findBy({ id: In([...ids]), state: 'settled' });
    return new Map(
      entries.flatMap(({ id, cost, currency, isEstimate }) =>
        cost === null || !currency || isEstimate ? [] : [[id, { cost, currency }] as const],
      ),
    );
  }

  async exceeded(database: UsageDatabase, subject: UsageSubject, limit: BudgetLimit): Promise<BudgetState | undefined> {
    return exceeded(await this.budgets.states(database, this.spenderOf(subject), this.clock.now()), one, limit);
  }

  describe(state: BudgetState, limit: BudgetLimit, locale: string): string {
    return this.presenter.state(state, limit, locale);
  }

  async failures(database: UsageDatabase, feature: string, since: string): Promise<readonly FailureSum[]> {
    const rows = await database.query<FailureSum>(
      `SELECT error_code AS code, categories, COUNT(*) AS count, MAX(at) AS last, MAX(id) AS id FROM ai_usage_entry
      WHERE error_code IS NOT NULL AND feature = ? AND at >= ? GROUP BY error_code, categories`,
      [feature, since],
    );
    return rows.map((row) => ({ ...row, count: Number(row.count) }));
  }

  private spenderOf({ siteId, personId }: UsageSubject): Spender {
    const person = this.people.get()?.principal(personId);
    return { siteId, personId, roles: this.accessControl.get()?.rolesOf(person, siteScope(siteId)) ?? [] };
  }
}

/** Undefined while nothing of that kind was measured. */
async function averageOf(database: UsageDatabase, { feature, model, quality }: PaidWork): Promise<Average | undefined> {
  const [row] = await database.query<
    Readonly<Record<'images' | 'input' | 'output' | 'inputImages' | 'outputImages', number | null>>
  >(
    `SELECT SUM(images) AS images, SUM(input_tokens) AS input, SUM(output_tokens - COALESCE(preview_tokens, 0)) AS output,
      SUM(COALESCE(input_image_tokens, 0)) AS "inputImages",
      SUM(CASE WHEN output_image_tokens > COALESCE(preview_tokens, 0) THEN output_image_tokens - COALESCE(preview_tokens, 0) ELSE 0 END)
        AS "outputImages" FROM (
      SELECT images, input_tokens, output_tokens, preview_tokens, input_image_tokens, output_image_tokens FROM ai_usage_entry
      WHERE model = ? AND quality = ? AND feature = ? AND state = 'settled' AND images > 0 AND output_tokens IS NOT NULL
      ORDER BY at DESC LIMIT ${measured}) AS measured`,
    [model, quality, feature],
  );
  const images = Number(row?.images ?? 0);
  if (images === 0) return undefined;
  const each = (sum: number | null | undefined): number => Math.max(0, Number(sum ?? 0)) / images;
  return {
    input: each(row?.input),
    output: each(row?.output),
    inputImages: each(row?.inputImages),
    outputImages: each(row?.outputImages),
  };
}
