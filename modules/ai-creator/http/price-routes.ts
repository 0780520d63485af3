import {
  type AccessContext,
  Clock,
  type HttpRoutes,
  inject,
  injectable,
  type Person,
  type PortalError,
  type RouteContext,
  type Router,
} from '@portico/core';
import { ImageProviderClient } from '../services/provider/image-provider-client.js';
import { writeAmount } from '../services/spending/money.js';
import { PriceEntry, type TypedPrice, typedPrice } from '../services/spending/price-entry.js';
import { Prices } from '../services/spending/prices.js';
import { adminTabs } from './admin-tabs.js';
import { addTableRoutes, type EnteredTable, problemsOf } from './entered-table.js';

/** The price table. */
@injectable()
export class PriceRoutes implements HttpRoutes, EnteredTable<TypedPrice> {
  readonly prefix = '/ai-creator/prices';
  readonly page = 'prices';
  readonly form = typedPrice;

  constructor(
    @inject(Prices) private readonly prices: Prices,
    @inject(PriceEntry) private readonly entry: PriceEntry,
    @inject(Clock) private readonly clock: Clock,
    @inject(ImageProviderClient) private readonly client: ImageProviderClient,
  ) {}

  register(router: Router): void {
    addTableRoutes(router, this);
  }

  add(typed: TypedPrice, by: Person, { locale }: AccessContext): Promise<unknown> {
    return this.prices.add(this.entry.read(typed, locale), by);
  }

  remove(id: string, by: Person): Promise<unknown> {
    return this.prices.remove(id, by);
  }

  show(ctx: RouteContext<unknown, unknown, unknown>, typed: Partial<TypedPrice>, error?: PortalError): void {
    const prices = this.prices.all();
    ctx.render(
      'prices',
      {
        tabs: adminTabs(ctx, 'prices'),
        prices: prices.map((price) => ({
          ...price,
          inputPrice: writeAmount(price.inputPrice),
          outputPrice: writeAmount(price.outputPrice),
          imagePrice: writeAmount(price.imagePrice),
          removeLabel: ctx.text('prices.remove-label', { model: price.model, date: price.validFrom }),
        })),
        form: {
          ...typed,
          validFrom: typed.validFrom ?? this.clock.now().toISOString().slice(0, 10),
          currency: typed.currency ?? prices.at(-1)?.currency ?? 'USD',
        },
        models: [...(this.client.provider?.modelNames?.preferred ?? []), ...(this.client.provider?.modelNames?.suggested ?? [])],
        ...problemsOf(error),
      },
      { title: ctx.text('prices.title'), ...(error && { status: error.status }) },
    );
  }
}
