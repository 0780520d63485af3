import {
  type Activity,
  AuditLog,
  type AuditVia,
  Clock,
  Ids,
  inject,
  injectable,
  invalidInput,
  Messages,
  Not,
  notFound,
  type Person,
  PortalError,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import { isUniqueViolation } from '@portico/core/util';
import { Price } from '../../entities/price.js';

export type NewPrice = Pick<Price, 'model' | 'validFrom' | 'currency' | 'inputPrice' | 'outputPrice' | 'imagePrice'>;
export interface Consumption {
  readonly images: number;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
}
export interface Cost {
  readonly cost: number;
  readonly currency: string;
}

/** What models cost, as administrators entered it; nothing is known until they do. */
@injectable()
export class Prices implements Activity {
  private prices: readonly Price[] = [];

  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(AuditLog) private readonly audit: AuditLog,
    @inject(Clock) private readonly clock: Clock,
    @inject(Ids) private readonly ids: Ids,
    @inject(Messages) private readonly words: Messages,
  ) {}

  async onStart(): Promise<void> {
    const prices = await this.unitOfWork.read((reader) => reader.repository(Price).find());
    this.prices = prices.sort(byModel);
  }

  all(): readonly Price[] {
    return this.prices;
  }

  /** The price that is valid on the day of `at`. */
  of(model: string, at: Date): Price | undefined {
    const day = at.toISOString().slice(0, 10);
    return this.prices.find((price) => price.model === model && price.validFrom <= day);
  }

  /** Undefined without a price, and when the price is per token and the tokens are not known. */
  costOf(model: string, at: Date, { images, inputTokens, outputTokens }: Consumption): Cost | undefined {
    const price = this.of(model, at);
    if (!price) return undefined;
    const isPerToken = price.inputPrice > 0 || price.outputPrice > 0;
    if (isPerToken && inputTokens === null && outputTokens === null)
      return images === 0 ? { cost: 0, currency: price.currency } : undefined;
    const tokens = ((inputTokens ?? 0) * price.inputPrice + (outputTokens ?? 0) * price.outputPrice) / 1_000_000;
    return { cost: Math.round(tokens + images * price.imagePrice), currency: price.currency };
  }

  /**
   * @param replaces whether it takes the place of the price that the model has from that very day.
   * @throws PortalError `invalid-input` (400) when there is one and it must stay, `price-currency` (409) when the others have another currency.
   */
  async add(entered: NewPrice, by: Person, via: AuditVia = 'screen', replaces = false): Promise<void> {
    const price: Price = { ...entered, id: this.ids.next(), enteredAt: this.clock.now().toISOString(), enteredBy: by.name };
    const { model, validFrom } = price;
    const before = replaces ? this.prices.find((each) => each.model === model && each.validFrom === validFrom) : undefined;
    try {
      await this.unitOfWork.write(async (transaction) => {
        if (before) await transaction.repository(Price).delete({ id: before.id });
        await this.requireCurrency(transaction, price.currency);
        await transaction.repository(Price).insert(price);
        await this.record(transaction, before, price, by, via);
        transaction.afterCommit(() => {
          this.prices = [...this.prices.filter(({ id }) => id !== before?.id), price].sort(byModel);
        });
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw invalidInput({ validFrom: this.words.text('prices.taken') });
    }
  }

  async remove(id: string, by: Person, via: AuditVia = 'screen'): Promise<Price> {
    const price = this.prices.find((each) => each.id === id);
    if (!price) throw notFound('price');
    await this.unitOfWork.write(async (transaction) => {
      await transaction.repository(Price).delete({ id });
      await this.record(transaction, price, undefined, by, via);
      transaction.afterCommit(() => {
        this.prices = this.prices.filter((each) => each.id !== id);
      });
    });
    return price;
  }

  /** Budgets add up costs, which only those of one currency can be. */
  private async requireCurrency(transaction: Transaction, currency: string): Promise<void> {
    const other = await transaction.repository(Price).findOneBy({ currency: Not(currency) });
    if (!other) return;
    const sentence = this.words.text('prices.currency-other', { currency: other.currency });
    throw new PortalError('price-currency', sentence, { status: 409 });
  }

  private async record(
    transaction: Transaction,
    before: Price | undefined,
    after: Price | undefined,
    by: Person,
    via: AuditVia,
  ): Promise<void> {
    await this.audit.record(transaction, {
      area: 'ai-creator',
      subject: 'price',
      attribute: (after ?? before)?.model ?? '',
      scope: 'instance',
      action: after ? (before ? 'changed' : 'added') : 'removed',
      ...(before && { before: entered(before) }),
      ...(after && { after: entered(after) }),
      by: { id: by.id, name: by.name },
      via,
    });
  }
}

const entered = ({ validFrom, currency, inputPrice, outputPrice, imagePrice }: Price): Omit<NewPrice, 'model'> => ({
  validFrom,
  currency,
  inputPrice,
  outputPrice,
  imagePrice,
});

/** By model, the latest first. */
const byModel = (left: Price, right: Price): number =>
  left.model.localeCompare(right.model) || right.validFrom.localeCompare(left.validFrom);
