import {
  BlobStore,
  Clock,
  type HttpRoutes,
  inject,
  injectable,
  Messages,
  PortalError,
  type RouteContext,
  type Router,
} from '@portico/core';
import { createImages } from '../../services/availability/availability.js';
import { FailureMessages } from '../../services/failures/failure-messages.js';
import { GenerationOrders } from '../../services/generations/generation-orders.js';
import type { GenerationWithImages } from '../../services/generations/generation-store.js';
import { Generations } from '../../services/generations/generations.js';
import { ImageAdding, problemsOf } from '../../services/generations/image-adding.js';
import { readOrder } from '../../services/generations/image-order.js';
import { referenceOf, type SourceReference } from '../../services/images/pinned-source.js';
import { cancelKey, generationView } from '../../services/presentation/generation-view.js';
import { translator } from '../../services/translator.js';
import { answerFile, answerPicture } from '../picture.js';
import { openApi, openApiAnswer } from './open-api.js';
import { type Answer, operations } from './operations.js';
import type { accepted, added, cancelled, generationList, generation as generationSchema } from './schemas.js';

type AnyContext = RouteContext<unknown, unknown, unknown>;

const { create, list, follow, picture, file, cancel, add } = operations;
const declared = { access: { permission: createImages }, answers: 'json', apiToken: true } as const;

/** Creating images for programs: the services of the screen, and so its permissions, limits and records. */
@injectable()
export class ApiRoutes implements HttpRoutes {
  readonly prefix = '~/ai-creator/api';

  constructor(
    @inject(Generations) private readonly generations: Generations,
    @inject(GenerationOrders) private readonly orders: GenerationOrders,
    @inject(ImageAdding) private readonly adding: ImageAdding,
    @inject(FailureMessages) private readonly failureMessages: FailureMessages,
    @inject(BlobStore) private readonly blobs: BlobStore,
    @inject(Messages) private readonly messages: Messages,
    @inject(Clock) private readonly clock: Clock,
  ) {}

  register(router: Router): void {
    router.get('/openapi.json', { ...declared, answer: openApiAnswer }, (ctx) => {
      ctx.body = openApi(ctx.url('~/ai-creator/api'), this.orders.promptLimit);
    });

    router.post(create.path, { ...declared, body: create.body, answer: create.answer }, async (ctx) => {
      const { folder, source, ...typed } = ctx.input.body;
      const order = {
        ...readOrder(typed, this.messages, this.orders.promptLimit, ctx.access.locale),
        idempotencyKey: `api:${idempotencyKey(ctx)}`,
        folderId: folder,
        source: source && fromProgram(source),
        via: 'api',
      } as const;
      const generation = await this.orders.create(ctx.access, order).catch((error: unknown) => {
        if (!(error instanceof PortalError) || error.code !== 'generation-differs') throw error;
        throw new PortalError(error.code, ctx.text('api.key-used'), { status: 409, cause: error });
      });
      const { id, size, count, createdAt } = generation;
      // Of a key that was sent before, the words may have been forgotten; the same ones have just come again.
      const { description } = order;
      const answer: Answer<typeof accepted> = {
        id,
        description,
        size,
        count,
        createdAt,
        source,
        href: place(ctx, id),
      };
      ctx.status = create.status;
      ctx.body = answer;
    });

    router.get(list.path, { ...declared, query: list.query, answer: list.answer }, async (ctx) => {
      const { limit, after } = ctx.input.query;
      const { generations, next } = await this.generations.page(ctx.access, Number(limit), after);
      const answer: Answer<typeof generationList> = { generations: generations.map((found) => this.describe(ctx, found)), next };
      ctx.body = answer;
    });

    router.get(follow.path, { ...declared, params: follow.params, answer: follow.answer }, async (ctx) => {
      ctx.body = this.describe(ctx, await this.generations.find(ctx.access, ctx.input.params.id));
    });

    router.get(picture.path, { ...declared, params: picture.params, answer: 'bytes' }, async (ctx) => {
      const { image } = await this.generations.image(ctx.access, ctx.input.params.id);
      await answerPicture(ctx, this.blobs, image);
    });

    router.get(file.path, { ...declared, params: file.params, answer: 'bytes' }, async (ctx) => {
      await answerFile(ctx, this.blobs, await this.generations.unreadable(ctx.access, ctx.input.params.id));
    });

    router.post(cancel.path, { ...declared, params: cancel.params, answer: cancel.answer }, async (ctx) => {
      const done = await this.orders.cancel(ctx.access, ctx.input.params.id);
      const key = cancelKey(done);
      const answer: Answer<typeof cancelled> = {
        cancelled: done !== undefined,
        maybeCharged: done?.maybeCharged,
        sentence: ctx.text(key),
      };
      ctx.body = answer;
    });

    router.post(add.path, { ...declared, body: add.body, answer: add.answer }, async (ctx) => {
      const { images, folder } = ctx.input.body;
      const selections = await Promise.all(
        images.map(async ({ id, name, altText, reviewed }) => {
          const { image } = await this.generations.image(ctx.access, id);
          return { id, name: name ?? image.name, altText: altText ?? image.altText, reviewed };
        }),
      );
      const report = await this.adding.add(ctx.access, selections, { via: 'api', folder });
      if (report.added.length === 0) {
        const problems = problemsOf(report, ctx).join(' ');
        const details = { failed: report.failed };
        throw new PortalError('nothing-added', ctx.text('add.none-added', { problems }), { status: 409, details });
      }
      const answer: Answer<typeof added> = { documents: [...report.added], failed: [...report.failed] };
      ctx.body = answer;
    });
  }

  private describe(ctx: AnyContext, found: GenerationWithImages): Answer<typeof generationSchema> {
    const model = generationView(found, translator(this.messages, ctx.access.locale), this.clock.now(), (failure) =>
      this.failureMessages.for(ctx.access, failure),
    );
    const { id, count, isRunning, position, status, ready, attempts, retryAt, createdAt, expiresAt, problem } = model;
    return {
      id,
      description: found.generation.description,
      size: found.generation.size,
      count,
      source: forProgram(referenceOf(found.generation)),
      createdAt,
      href: place(ctx, id),
      state: found.generation.state,
      isRunning,
      position,
      status,
      ready,
      attempts,
      retryAt,
      expiresAt,
      problem: problem && {
        code: problem.code,
        sentence: problem.sentence,
        cause: problem.explanation?.cause,
        remedy: problem.explanation?.remedy,
        links: problem.explanation?.links.map(({ label, href, isExternal }) => ({
          label,
          href: isExternal ? href : ctx.url(href),
        })),
      },
      unreadable: model.unreadable.map(({ id, name, size }) => ({
        id,
        name,
        size,
        href: ctx.url(`~/ai-creator/api/files/${id}`),
      })),
      images: model.images.map((image) => ({
        id: image.id,
        position: image.position,
        name: image.name,
        altText: image.altText,
        isAdded: image.isSaved,
        width: image.width,
        height: image.height,
        href: ctx.url(`~/ai-creator/api/images/${image.id}`),
      })),
    };
  }
}

type Source = { readonly image: string } | { readonly document: string };

const fromProgram = (source: Source): SourceReference =>
  'image' in source ? { kind: 'image', id: source.image } : { kind: 'document', id: source.document };

const forProgram = (source: SourceReference | undefined): Source | undefined =>
  source && (source.kind === 'image' ? { image: source.id } : { document: source.id });

const place = (ctx: AnyContext, id: string): string => ctx.url(`~/ai-creator/api/generations/${id}`);

/** @throws PortalError `no-idempotency-key` (400). */
function idempotencyKey(ctx: AnyContext): string {
  const key = ctx.get('Idempotency-Key');
  if (/^[\x21-\x7e]{8,100}$/.test(key)) return key;
  throw new PortalError('no-idempotency-key', ctx.text('api.key-missing'), { status: 400 });
}
