import { Clock, type HttpRoutes, Ids, inject, injectable, Messages, type RouteContext, type Router } from '@portico/core';
import { Documents } from '@portico/documents-media/api';
import { type Failure, FailureWords } from '../services/failures/failure-words.js';
import type { GenerationWithImages } from '../services/generations/generation-store.js';
import { Generations } from '../services/generations/generations.js';
import { ProgressStreams } from '../services/generations/progress-streams.js';
import { Previews } from '../services/images/previews.js';
import { VariationSources } from '../services/images/variation-sources.js';
import { eventStream, folderHref, isFragment, wantsJson } from './answers.js';
import { idParams, retryForm } from './input.js';
import { cancelKey, costWords, type RoundModel, roundModel, wordsOf } from './round-model.js';

type AnyContext = RouteContext<unknown, unknown, unknown>;

/** Following, cancelling and letting go of generations. */
@injectable()
export class GenerationRoutes implements HttpRoutes {
  readonly prefix = '~/ai-creator/generations';

  constructor(
    @inject(Generations) private readonly generations: Generations,
    @inject(ProgressStreams) private readonly streams: ProgressStreams,
    @inject(Previews) private readonly previews: Previews,
    @inject(Documents) private readonly documents: Documents,
    @inject(FailureWords) private readonly failureWords: FailureWords,
    @inject(Messages) private readonly messages: Messages,
    @inject(Ids) private readonly ids: Ids,
    @inject(Clock) private readonly clock: Clock,
    @inject(VariationSources) private readonly sources: VariationSources,
  ) {}

  register(router: Router): void {
    router.get('/', { access: 'signed-in' }, async (ctx) => {
      const rounds = (await this.generations.recent(ctx.access)).map((round) => this.model(ctx, round));
      if (wantsJson(ctx)) ctx.body = { generations: rounds.map((round) => forScripts(ctx, round)) };
      else ctx.render('recent', { rounds }, { title: ctx.text('recent.title') });
    });

    router.get('/:id', { access: 'signed-in', params: idParams }, async (ctx) => {
      const { id } = ctx.input.params;
      if (isFragment(ctx)) ctx.render('round', { round: await this.round(ctx, id), inDialog: true }, { layout: 'none' });
      else if (wantsJson(ctx)) ctx.body = forScripts(ctx, await this.round(ctx, id));
      else await this.page(ctx, id);
    });

    router.get('/:id/status', { access: 'signed-in', params: idParams, answers: 'json' }, async (ctx) => {
      ctx.body = statusOf(await this.round(ctx, ctx.input.params.id));
    });

    router.get('/:id/events', { access: 'signed-in', params: idParams, answers: 'json' }, async (ctx) => {
      const { id } = ctx.input.params;
      await this.generations.find(ctx.access, id);
      eventStream(
        ctx,
        this.streams.open(ctx.access.person?.id ?? '', id, async () => statusOf(await this.round(ctx, id))),
      );
    });

    router.post('/:id/cancel', { access: 'signed-in', params: idParams }, async (ctx) => {
      const cancelled = await this.generations.cancel(ctx.access, ctx.input.params.id);
      const key = cancelKey(cancelled);
      if (wantsJson(ctx))
        ctx.body = { cancelled: cancelled !== undefined, maybeCharged: cancelled?.maybeCharged, sentence: ctx.text(key) };
      else ctx.redirectWith(`~/ai-creator/generations/${ctx.input.params.id}`, ctx.text(key), 'warning');
    });

    router.post('/:id/retry', { access: 'signed-in', params: idParams, body: retryForm }, async (ctx) => {
      const again = await this.generations.retry(ctx.access, ctx.input.params.id, ctx.input.body.token);
      const href = `~/ai-creator/generations/${again.id}`;
      if (!wantsJson(ctx)) return ctx.redirectWith(href, '');
      const { id, state, isRunning, status } = this.model(ctx, { generation: again, images: [] });
      ctx.status = 201;
      ctx.body = { id, state, isRunning, status, href: ctx.url(href) };
    });

    router.post('/:id/discard', { access: 'signed-in', params: idParams }, async (ctx) => {
      await this.generations.discard(ctx.access, ctx.input.params.id);
      if (wantsJson(ctx)) ctx.body = { discarded: true };
      else ctx.redirectWith('~/ai-creator/generations', ctx.text('discard.done'));
    });
  }

  /** All rounds of one dialog. Without scripts it renews itself while something is on its way. */
  private async page(ctx: AnyContext, id: string): Promise<void> {
    const rounds = (await this.generations.rounds(ctx.access, id)).map((round) => this.model(ctx, round)).reverse();
    const isRunning = rounds.some((round) => round.isRunning);
    if (isRunning) ctx.set('Refresh', '2');
    const shown = rounds.find((round) => round.id === id) ?? rounds[0];
    ctx.render(
      'generation',
      {
        rounds,
        shown,
        isRunning,
        canAdd: rounds.some(({ canAdd }) => canAdd),
        token: this.ids.next(),
        folder: shown?.folderId,
        folders: await this.documents.folders(ctx.access),
        folderHref: folderHref(shown?.folderId),
      },
      { title: ctx.text('result.title') },
    );
  }

  private async round(ctx: AnyContext, id: string): Promise<RoundModel> {
    return this.model(ctx, await this.generations.find(ctx.access, id));
  }

  private model(ctx: AnyContext, round: GenerationWithImages): RoundModel {
    const explain = (failure: Failure) => this.failureWords.for(ctx.access, failure);
    const words = wordsOf(this.messages, ctx.access.locale);
    const model = roundModel(round, words, this.clock.now(), explain, this.sources.arePossible);
    const cost = costWords(round, words, ctx.access.locale);
    return { ...model, cost, preview: this.previews.find(model.id)?.number };
  }
}

const statusOf = ({ id, state, isRunning, status, ready, count, attempts, retryAt, preview }: RoundModel): object => ({
  id,
  state,
  isRunning,
  status,
  ready,
  count,
  attempts,
  retryAt,
  preview,
});

/** The same with addresses that a script can use. */
const forScripts = (ctx: AnyContext, { href, images, missing: _, ...round }: RoundModel): object => ({
  ...round,
  href: ctx.url(href),
  images: images.map((image) => ({ ...image, href: ctx.url(image.href) })),
});
