import { type HttpRoutes, inject, injectable, type RouteContext, type Router } from '@portico/core';
import { Availability } from '../services/availability/availability.js';
import { GenerationNotices, type Notices } from '../services/generations/generation-notices.js';
import { GenerationOrders } from '../services/generations/generation-orders.js';
import { Generations } from '../services/generations/generations.js';
import { OpenGenerations } from '../services/generations/open-generations.js';
import { ProgressStreams } from '../services/generations/progress-streams.js';
import { cancelKey, type GenerationView } from '../services/presentation/generation-view.js';
import {
  cancelled,
  discardedAnswer,
  generationAnswer,
  generationsAnswer,
  noticesAnswer,
  orderedAnswer,
  statusAnswer,
} from './answer-schemas.js';
import { isFragment, wantsJson } from './answers.js';
import { GenerationPages } from './generation-pages.js';
import { discardForm, idParams, retryForm } from './input.js';

const beatMillis = 15_000;

/** What pages follow while something is made elsewhere. */
@injectable()
export class NoticeRoutes implements HttpRoutes {
  readonly prefix = '~/ai-creator/notices';

  constructor(
    @inject(Availability) private readonly availability: Availability,
    @inject(GenerationNotices) private readonly notices: GenerationNotices,
    @inject(OpenGenerations) private readonly open: OpenGenerations,
    @inject(ProgressStreams) private readonly streams: ProgressStreams,
  ) {}

  register(router: Router): void {
    router.get('/status', { access: 'signed-in', answers: 'json', answer: noticesAnswer }, (ctx) => {
      ctx.body = this.read(ctx);
    });

    router.get('/events', { access: 'signed-in', answers: 'json', events: noticesAnswer }, (ctx) => {
      const { personId, site } = this.availability.require(ctx.access);
      const own = (tell: () => void) => [
        this.open.onDidChange((author) => author.personId === personId && author.siteId === site.id && tell()),
      ];
      ctx.body = this.streams.follow(personId, async () => this.read(ctx), own, beatMillis);
    });
  }

  private read(ctx: RouteContext<unknown, unknown, unknown>): Notices {
    this.availability.require(ctx.access);
    return this.notices.of(ctx.access);
  }
}

type AnyContext = RouteContext<unknown, unknown, unknown>;

/** Following, cancelling and letting go of generations. */
@injectable()
export class GenerationRoutes implements HttpRoutes {
  readonly prefix = '~/ai-creator/generations';

  constructor(
    @inject(Generations) private readonly generations: Generations,
    @inject(GenerationOrders) private readonly orders: GenerationOrders,
    @inject(ProgressStreams) private readonly streams: ProgressStreams,
    @inject(GenerationPages) private readonly pages: GenerationPages,
  ) {}

  register(router: Router): void {
    router.get('/', { access: 'signed-in', answer: generationsAnswer }, async (ctx) => {
      const recent = await this.generations.recent(ctx.access);
      const waiting = recent.waiting.map((generation) => this.pages.model(ctx, generation));
      const cameToNothing = recent.cameToNothing.map((generation) => this.pages.model(ctx, generation));
      if (wantsJson(ctx))
        ctx.body = { generations: [...waiting, ...cameToNothing].map((generation) => forScripts(ctx, generation)) };
      else ctx.render('recent', { waiting, cameToNothing }, { title: ctx.text('recent.title') });
    });

    router.get('/:id', { access: 'signed-in', params: idParams, answer: generationAnswer }, async (ctx) => {
      const { id } = ctx.input.params;
      if (isFragment(ctx))
        ctx.render('dialog-generation', { generation: await this.view(ctx, id), inDialog: true }, { layout: 'none' });
      else if (wantsJson(ctx)) ctx.body = forScripts(ctx, await this.view(ctx, id));
      else await this.pages.show(ctx, id);
    });

    router.get('/:id/status', { access: 'signed-in', params: idParams, answers: 'json', answer: statusAnswer }, async (ctx) => {
      ctx.body = statusOf(await this.view(ctx, ctx.input.params.id));
    });

    router.get('/:id/events', { access: 'signed-in', params: idParams, answers: 'json', events: statusAnswer }, async (ctx) => {
      const { id } = ctx.input.params;
      await this.generations.find(ctx.access, id);
      ctx.body = this.streams.open(ctx.access.person?.id ?? '', id, async () => statusOf(await this.view(ctx, id)));
    });

    router.post('/:id/cancel', { access: 'signed-in', params: idParams, answer: cancelled }, async (ctx) => {
      const done = await this.orders.cancel(ctx.access, ctx.input.params.id);
      const key = cancelKey(done);
      if (wantsJson(ctx)) ctx.body = { cancelled: done !== undefined, maybeCharged: done?.maybeCharged, sentence: ctx.text(key) };
      else ctx.redirectWith(`~/ai-creator/generations/${ctx.input.params.id}`, ctx.text(key), 'warning');
    });

    router.post('/:id/retry', { access: 'signed-in', params: idParams, body: retryForm, answer: orderedAnswer }, async (ctx) => {
      const again = await this.orders.retry(ctx.access, ctx.input.params.id, ctx.input.body.idempotencyKey);
      const href = `~/ai-creator/generations/${again.id}`;
      if (!wantsJson(ctx)) return ctx.redirectWith(href, '');
      const { id, state, isRunning, position, status } = this.pages.model(
        ctx,
        this.generations.inTurn({ generation: again, images: [] }),
      );
      ctx.status = 201;
      ctx.body = { id, state, isRunning, position, status, href: ctx.url(href) };
    });

    router.get('/:id/discard', { access: 'signed-in', params: idParams }, async (ctx) => {
      ctx.render('discard', { generation: await this.view(ctx, ctx.input.params.id) }, { title: ctx.text('generation.discard') });
    });

    router.post(
      '/:id/discard',
      { access: 'signed-in', params: idParams, body: discardForm, answer: discardedAnswer },
      async (ctx) => {
        const { id } = ctx.input.params;
        if (!wantsJson(ctx) && !ctx.input.body.confirmed) return ctx.redirectWith(`~/ai-creator/generations/${id}/discard`, '');
        await this.orders.discard(ctx.access, id);
        if (wantsJson(ctx)) ctx.body = { discarded: true };
        else ctx.redirectWith('~/ai-creator/generations', ctx.text('discard.done'));
      },
    );
  }

  private async view(ctx: AnyContext, id: string): Promise<GenerationView> {
    return this.pages.model(ctx, await this.generations.find(ctx.access, id));
  }
}

const statusOf = ({
  id,
  state,
  isRunning,
  position,
  status,
  ready,
  count,
  attempts,
  retryAt,
  preview,
}: GenerationView): object => ({
  id,
  state,
  isRunning,
  position,
  status,
  ready,
  count,
  attempts,
  retryAt,
  preview,
});

/** The same with addresses that a script can use. */
const forScripts = (ctx: AnyContext, { href, images, unreadable, missing: _, ...generation }: GenerationView): object => ({
  ...generation,
  href: ctx.url(href),
  images: images.map((image) => ({ ...image, href: ctx.url(image.href) })),
  unreadable: unreadable.map((file) => ({ ...file, href: ctx.url(file.href) })),
});
