import { Clock, type HttpRoutes, Ids, inject, injectable, Messages, PortalError, type Router } from '@portico/core';
import { GenerationOrders } from '../services/generations/generation-orders.js';
import { Generations } from '../services/generations/generations.js';
import { readOrder } from '../services/generations/image-order.js';
import { generationView } from '../services/presentation/generation-view.js';
import { translator } from '../services/translator.js';
import { orderedAnswer } from './answer-schemas.js';
import { wantsJson } from './answers.js';
import { CreateFormPage } from './create-form.js';
import { FormSources } from './form-sources.js';
import { createForm, createQuery } from './input.js';

/** The dialog, and the click on Create. */
@injectable()
export class CreateRoutes implements HttpRoutes {
  readonly prefix = '~/ai-creator';

  constructor(
    @inject(GenerationOrders) private readonly orders: GenerationOrders,
    @inject(Generations) private readonly generations: Generations,
    @inject(CreateFormPage) private readonly form: CreateFormPage,
    @inject(FormSources) private readonly sources: FormSources,
    @inject(Messages) private readonly messages: Messages,
    @inject(Ids) private readonly ids: Ids,
    @inject(Clock) private readonly clock: Clock,
  ) {}

  register(router: Router): void {
    router.get('/create', { access: 'signed-in', query: createQuery }, (ctx) => this.form.open(ctx));

    router.post('/generations', { access: 'signed-in', body: createForm, answer: orderedAnswer }, async (ctx) => {
      const form = ctx.input.body;
      try {
        const generation = await this.orders.create(ctx.access, {
          ...readOrder(form, this.messages, this.orders.promptLimit, ctx.access.locale),
          idempotencyKey: form.idempotencyKey,
          rootId: form.root,
          folderId: form.folder,
          source: this.sources.reference(ctx.access, form),
          via: 'screen',
        });
        const href = `~/ai-creator/generations/${generation.id}`;
        if (!wantsJson(ctx)) return ctx.redirectWith(href, '');
        const translate = translator(this.messages, ctx.access.locale);
        const found = this.generations.inTurn({ generation, images: [] });
        const { id, state, isRunning, position, status } = generationView(found, translate, this.clock.now());
        ctx.status = 201;
        ctx.body = { id, state, isRunning, position, status, href: ctx.url(href), nextIdempotencyKey: this.ids.next() };
      } catch (error) {
        if (wantsJson(ctx) || !(error instanceof PortalError) || !error.expose || error.status === 404) throw error;
        await this.form.showAgain(ctx, form, error);
      }
    });
  }
}
