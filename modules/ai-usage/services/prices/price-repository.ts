import {
  AuditLog,
  Clock,
  Ids,
  inject,
  injectable,
  invalidInput,
  LessThanOrEqual,
  Messages,
  Not,
  notFound,
  PortalError,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import { isUniqueViolation } from '@portico/core/util';
import type { Cost, UsageDatabase } from '../../api/index.js';
import { Price } from '../../entities/price.js';
import { changeEntry, type Editor } from '../audit.js';

export type NewPrice = Pick<
  Price,
  'model' | 'validFrom' | 'currency' | 'inputPrice' | 'outputPrice' | 'inputImagePrice' | 'outputImagePrice' | 'imagePrice'
>;
export interface Consumption {
  readonly images: number;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** How many of them belong to pictures; null: nobody said, and the price of all counts. */
  readonly inputImageTokens?: number | null;
  readonly outputImageTokens?: number | null;
}

/** What models cost, as administrators entered it; nothing is known until they do. */
@injectable()
export class PriceRepository {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(AuditLog) private readonly audit: AuditLog,
    @inject(Clock) private readonly clock: Clock,
    @inject(Ids) private readonly ids: Ids,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  /** By model, the latest first. */
  async all(): Promise<readonly Price[]> {
    const prices = await this.unitOfWork.read((reader) => reader.repository(Price).find());
    return prices.sort(byModel);
  }

  /** The price that is valid on the day of `at`. */
  async of(database: UsageDatabase, model: string, at: Date): Promise<Price | undefined> {
    const validFrom = LessThanOrEqual(at.toISOString().slice(0, 10));
    const [price] = await database.repository(Price).find({ where: { model, validFrom }, order: { validFrom: 'DESC' }, take: 1 });
    return price;
  }

  /**
   * @param replaces whether it takes the place of the price that the model has from that very day.
   * @throws PortalError `invalid-input` (400) when there is one and it must stay, `price-currency` (409) when the others have another currency.
   */
  async add(entered: NewPrice, editor: Editor, replaces = false): Promise<Price> {
    const by = editor.person.name;
    const price: Price = { ...entered, id: this.ids.next(), enteredAt: this.clock.now().toISOString(), enteredBy: by };
    const { model, validFrom } = price;
    try {
      await this.unitOfWork.write(async (transaction) => {
        const prices = transaction.repository(Price);
        const before = replaces ? ((await prices.findOneBy({ model, validFrom })) ?? undefined) : undefined;
        if (before) await prices.delete({ id: before.id });
        await this.requireCurrency(transaction, price.currency);
        await prices.insert(price);
        await this.record(transaction, before, price, editor);
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw invalidInput({ validFrom: this.messages.text('prices.taken') });
    }
    return price;
  }

  /** @throws PortalError `not-found` (404). */
  async remove(id: string, editor: Editor): Promise<Price> {
    return this.unitOfWork.write(async (transaction) => {
      const prices = transaction.repository(Price);
      const price = await prices.findOneBy({ id });
      if (!price) throw notFound('price');
      await prices.delete({ id });
      await this.record(transaction, price, undefined, editor);
      return price;
    });
  }

  /** Budgets add up costs, which only those of one currency can be. */
  private async requireCurrency(transaction: Transaction, currency: string): Promise<void> {
    const other = await transaction.repository(Price).findOneBy({ currency: Not(currency) });
    if (!other) return;
    const sentence = this.messages.text('prices.currency-other', { currency: other.currency });
    throw new PortalError('price-currency', sentence, { status: 409 });
  }

  private async record(
    transaction: Transaction,
    before: Price | undefined,
    after: Price | undefined,
    editor: Editor,
  ): Promise<void> {
    const { model = '' } = after ?? before ?? {};
    const change = { before: before && entered(before), after: after && entered(after) };
    await this.audit.record(
      transaction,
      changeEntry({ subject: 'price', attribute: model, scope: 'instance', ...change }, editor),
    );
  }
}

/** Undefined without a price, and when tokens that cost something are not known. */
export function costBy(price: Price | undefined, used: Consumption): Cost | undefined {
  if (!price) return undefined;
  const { inputPrice, outputPrice, inputImagePrice, outputImagePrice, imagePrice, currency } = price;
  const { images, inputTokens, outputTokens, inputImageTokens, outputImageTokens } = used;
  const input = tokenCost(inputTokens, inputImageTokens ?? 0, inputPrice, inputImagePrice ?? inputPrice);
  const output = tokenCost(outputTokens, outputImageTokens ?? 0, outputPrice, outputImagePrice ?? outputPrice);
  if (input === undefined || output === undefined) return images === 0 ? { cost: 0, currency } : undefined;
  return { cost: Math.round((input + output) / 1_000_000 + images * imagePrice), currency };
}

/** Of tokens, of which some are of pictures; undefined when it is not known how many, and they are not free. */
function tokenCost(tokens: number | null, ofImages: number, price: number, imagePrice: number): number | undefined {
  if (price === 0 && imagePrice === 0) return 0;
  if (tokens === null) return undefined;
  const images = Math.min(tokens, ofImages);
  return (tokens - images) * price + images * imagePrice;
}

const entered = ({ id: _, model: __, enteredAt: ___, enteredBy: ____, ...price }: Price): Omit<NewPrice, 'model'> => price;

/** By model, the latest first. */
const byModel = (left: Price, right: Price): number =>
  left.model.localeCompare(right.model) || right.validFrom.localeCompare(left.validFrom);
