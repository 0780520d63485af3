import {
  Clock,
  PortalError as Failure,
  Flags,
  type HttpRoutes,
  inject,
  injectable,
  invalidInput,
  notFound,
  type PortalError,
  type RouteContext,
  type Router,
  z,
} from '@portico/core';
import { creatorFlag } from '../services/availability.js';
import { ImageMaker } from '../services/image-maker.js';
import { isRetired } from '../services/models.js';
import { readAmount, writeAmount } from '../services/money.js';
import { Prices } from '../services/prices.js';
import { adminTabs, manageInstance } from './admin-tabs.js';
import { idParams } from './input.js';

const typed = z.string().max(200).default('');
const priceForm = z.strictObject({
  model: typed,
  validFrom: typed,
  currency: typed,
  inputPrice: typed,
  outputPrice: typed,
  imagePrice: typed,
});
type PriceForm = z.output<typeof priceForm>;
type AnyContext = RouteContext<unknown, unknown, unknown>;

/** The price table. */
@injectable()
export class PriceRoutes implements HttpRoutes {
  readonly prefix = '/ai-creator/prices';

  constructor(
    @inject(Prices) private readonly prices: Prices,
    @inject(Flags) private readonly flags: Flags,
    @inject(Clock) private readonly clock: Clock,
    @inject(ImageMaker) private readonly maker: ImageMaker,
  ) {}

  register(router: Router): void {
    const access = { permission: manageInstance };
    router.get('/', { access }, (ctx) => this.show(ctx, {}));

    router.post('/', { access, body: priceForm }, async (ctx) => {
      try {
        if (ctx.access.person) await this.prices.add(readPrice(ctx), ctx.access.person);
        ctx.redirectWith('/ai-creator/prices', ctx.text('prices.added'));
      } catch (error) {
        if (!(error instanceof Failure) || error.code !== 'invalid-input' || ctx.accepts('html', 'json') === 'json') throw error;
        this.show(ctx, ctx.input.body, error);
      }
    });

    router.post('/:id/remove', { access, params: idParams }, async (ctx) => {
      if (ctx.access.person) await this.prices.remove(ctx.input.params.id, ctx.access.person);
      ctx.redirectWith('/ai-creator/prices', ctx.text('prices.removed'));
    });
  }

  private show(ctx: AnyContext, form: Partial<PriceForm>, error?: PortalError): void {
    if (!this.flags.isEnabled(creatorFlag)) throw notFound();
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
          ...form,
          validFrom: form.validFrom ?? this.clock.now().toISOString().slice(0, 10),
          currency: form.currency ?? prices.at(-1)?.currency ?? 'USD',
        },
        models: [...(this.maker.provider?.modelNames?.preferred ?? []), ...(this.maker.provider?.modelNames?.suggested ?? [])],
        errors: (error?.details.fields as object | undefined) ?? {},
        error: error?.message,
      },
      { title: ctx.text('prices.title'), ...(error && { status: error.status }) },
    );
  }
}

function readPrice(ctx: RouteContext<unknown, unknown, PriceForm>): Parameters<Prices['add']>[0] {
  const form = ctx.input.body;
  const errors: Record<string, string> = {};
  const model = form.model.trim();
  const currency = form.currency.trim().toUpperCase();
  if (!/^[\w.:/-]{1,100}$/.test(model) || isRetired(model)) errors.model = ctx.text('prices.model-wrong');
  if (!z.iso.date().safeParse(form.validFrom).success) errors.validFrom = ctx.text('prices.date-wrong');
  if (!/^[A-Z]{3}$/.test(currency)) errors.currency = ctx.text('prices.currency-wrong');
  const amounts = { inputPrice: 0, outputPrice: 0, imagePrice: 0 };
  for (const name of ['inputPrice', 'outputPrice', 'imagePrice'] as const) {
    const read = form[name].trim() === '' ? 0 : readAmount(form[name]);
    if (read === undefined) errors[name] = ctx.text('prices.amount-wrong');
    else amounts[name] = read;
  }
  if (Object.keys(errors).length === 0 && Object.values(amounts).every((value) => value === 0))
    errors.outputPrice = ctx.text('prices.amount-missing');
  if (Object.keys(errors).length > 0) throw invalidInput(errors);
  return { model, validFrom: form.validFrom, currency, ...amounts };
}
