import {
  BlobStore,
  type HttpRoutes,
  inject,
  injectable,
  invalidInput,
  notFound,
  PortalError,
  type RouteContext,
  type Router,
  z,
} from '@portico/core';
import { Documents } from '@portico/documents-media/api';
import { Generations } from '../services/generations/generations.js';
import { type AddingReport, ImageAdding, problemsOf } from '../services/generations/image-adding.js';
import type { Selection } from '../services/generations/image-documents.js';
import { Previews } from '../services/images/previews.js';
import { addedAnswer } from './answer-schemas.js';
import { folderHref, wantsJson } from './answers.js';
import { GenerationPages } from './generation-pages.js';
import { type AddForm, addForm, idParams } from './input.js';
import { answerFile, answerPicture, setPictureHeaders } from './picture.js';

/** The number makes the address a new one for each preview; answered is always the newest. */
const previewQuery = z.strictObject({
  number: z
    .string()
    .regex(/^\d{1,6}$/)
    .optional(),
});

/** How an image that is being made looks so far, for its author. */
@injectable()
export class PreviewRoutes implements HttpRoutes {
  readonly prefix = '~/ai-creator/generations';

  constructor(
    @inject(Generations) private readonly generations: Generations,
    @inject(Previews) private readonly previews: Previews,
  ) {}

  register(router: Router): void {
    router.get('/:id/preview', { access: 'signed-in', params: idParams, query: previewQuery }, async (ctx) => {
      const { generation } = await this.generations.find(ctx.access, ctx.input.params.id);
      const preview = this.previews.find(generation.id);
      if (!preview) throw notFound('preview');
      setPictureHeaders(ctx, 'no-store');
      ctx.type = 'image/webp';
      ctx.body = preview.bytes;
    });
  }
}

/** Pictures for their author, and making documents of them. */
@injectable()
export class ImageRoutes implements HttpRoutes {
  readonly prefix = '~/ai-creator/images';

  constructor(
    @inject(Generations) private readonly generations: Generations,
    @inject(ImageAdding) private readonly adding: ImageAdding,
    @inject(GenerationPages) private readonly pages: GenerationPages,
    @inject(Documents) private readonly documents: Documents,
    @inject(BlobStore) private readonly blobs: BlobStore,
  ) {}

  register(router: Router): void {
    router.get('/:id', { access: 'signed-in', params: idParams }, async (ctx) => {
      const { image } = await this.generations.image(ctx.access, ctx.input.params.id);
      await answerPicture(ctx, this.blobs, image);
    });

    router.get('/unreadable/:id', { access: 'signed-in', params: idParams }, async (ctx) => {
      await answerFile(ctx, this.blobs, await this.generations.unreadable(ctx.access, ctx.input.params.id));
    });

    router.post('/', { access: 'signed-in', body: addForm, answer: addedAnswer }, async (ctx) => {
      try {
        await this.add(ctx, ctx.input.body);
      } catch (error) {
        if (wantsJson(ctx) || !(error instanceof PortalError) || !error.expose) throw error;
        await this.pages.showAgain(ctx, ctx.input.body, error);
      }
    });
  }

  private async add(ctx: AnyContext, form: AddForm): Promise<void> {
    const selections = selectionsOf(form);
    if (selections.length === 0) throw invalidInput({ selected: ctx.text('add.none') }, ctx.text('add.none'));
    const folder = form.folder === undefined ? undefined : form.folder || null;
    const report = await this.adding.add(ctx.access, selections, { via: 'screen', folder });
    const name = report.isTogether ? await this.folderName(ctx, report.folderId) : ctx.text('add.their-folders');
    const sentence = sentenceOf(report, name, ctx);
    if (report.added.length === 0) {
      if (report.failed.every(({ code }) => code === 'not-found')) throw notFound('image');
      throw new PortalError('nothing-added', sentence, { status: 409, details: { failed: report.failed } });
    }
    const place = folderHref(report.folderId);
    if (wantsJson(ctx)) ctx.body = { documents: report.added, failed: report.failed, sentence, place: ctx.url(place) };
    else ctx.redirectWith(place, sentence, report.failed.length > 0 ? 'warning' : 'success');
  }

  /** Only for the sentence: a folder that is gone meanwhile, or that they may not look into, must not hide that the images were added. */
  private async folderName(ctx: AnyContext, id: string | undefined): Promise<string> {
    if (!id) return ctx.text('add.folder-root');
    const folder = await this.documents.folder(ctx.access, id).catch(() => undefined);
    return folder?.name ?? ctx.text('add.their-folder');
  }
}

type AnyContext = RouteContext<unknown, unknown, unknown>;

function selectionsOf({ selected, image, name, altText, reviewed }: AddForm): readonly Selection[] {
  const wanted = new Set(selected);
  return image
    .map((id, index) => ({ id, name: name[index] ?? '', altText: altText[index] ?? '', reviewed: reviewed.includes(id) }))
    .filter(({ id }, index) => wanted.has(id) && image.indexOf(id) === index);
}

function sentenceOf({ added, failed, movedToRoot }: AddingReport, folder: string, ctx: AnyContext): string {
  const problems = problemsOf({ failed }, ctx).join(' ');
  const count = added.length + failed.length;
  if (added.length === 0) return ctx.text('add.none-added', { problems });
  const done =
    failed.length > 0
      ? ctx.text('add.some-failed', { added: added.length, count, folder, problems })
      : ctx.text('add.done', { count, name: added[0]?.name ?? '', folder });
  return movedToRoot ? `${done} ${ctx.text('add.moved')}` : done;
}
