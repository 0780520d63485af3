import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { type HttpRoutes, inject, injectable, notFound, type RouteContext, type Router, z } from '@portico/core';
import { type AddedDocument, DocumentPermissions, Documents } from '@portico/documents-media/api';
import { type OpenPhoto, type Photo, PhotoFolder } from '../services/photo-folder.js';
import { Thumbnails } from '../services/thumbnails.js';

const path = z.string().min(1).max(2000);
const optionalId = z
  .string()
  .max(64)
  .optional()
  .transform((value) => value || undefined);
const listFields = { q: z.string().trim().max(255).default(''), after: z.string().max(2000).optional() };
const menuQuery = z.strictObject({ ...listFields, folder: optionalId });
const selectorQuery = z.strictObject({
  ...listFields,
  type: z.enum(['image', 'document']).default('image'),
  return: z.string().max(200).default('image-url'),
  uploads: z.enum(['true', 'false']).default('false'),
});
const choice = z.strictObject({ photo: path, folder: optionalId });

/** A DocumentsAdded of one document, and what else choosing it can answer. */
const addedAnswer = z.strictObject({
  document: z.strictObject({
    id: z.string(),
    name: z.string(),
    altText: z.string(),
    mimeType: z.string(),
    view: z.string(),
    isFile: z.boolean().optional(),
    caption: z.strictObject({ text: z.string(), shown: z.boolean() }).optional(),
  }),
  download: z.string(),
});

const place = '~/stock-photos';

type ListInput = { readonly q: string; readonly after?: string | undefined };
type AnyContext = RouteContext<unknown, unknown, unknown>;

/** The pictures to choose from, in the item selector and in the New menu, and what becomes of the one that is chosen. */
@injectable()
export class PhotoRoutes implements HttpRoutes {
  readonly prefix = place;

  constructor(
    @inject(PhotoFolder) private readonly folder: PhotoFolder,
    @inject(Thumbnails) private readonly thumbnails: Thumbnails,
    @inject(Documents) private readonly documents: Documents,
  ) {}

  register(router: Router): void {
    // Whoever chooses adds: the tab is of no use to others, and neither is what it shows.
    const access = { permission: DocumentPermissions.add };
    router.get('/', { access, query: menuQuery }, (ctx) => {
      const { folder, ...list } = ctx.input.query;
      return this.show(ctx, list, { place, kept: folder === undefined ? {} : { folder }, folder });
    });
    router.get('/selector', { access, query: selectorQuery }, (ctx) => {
      const { q, after, ...criterion } = ctx.input.query;
      return this.show(ctx, { q, after }, { place: `${place}/selector`, kept: criterion, returns: criterion.return });
    });
    router.get('/thumbnail', { access, query: z.strictObject({ photo: path }) }, async (ctx) => {
      await this.withPhoto(ctx, ctx.input.query.photo, async (photo) => this.sendThumbnail(ctx, photo));
    });
    router.post('/', { access, body: choice, answer: addedAnswer }, async (ctx) => {
      const { photo, folder } = ctx.input.body;
      await this.withPhoto(ctx, photo, (opened) => this.add(ctx, opened, folder));
    });
  }

  private async show(
    ctx: AnyContext,
    { q, after }: ListInput,
    from: {
      readonly place: string;
      readonly kept: Readonly<Record<string, string>>;
      readonly folder?: string | undefined;
      readonly returns?: string;
    },
  ): Promise<void> {
    const page = await this.folder.page(ctx.access, q, after);
    const link = (change: Readonly<Record<string, string>>): string =>
      ctx.url(`${from.place}?${new URLSearchParams({ ...from.kept, ...change })}`);
    const searched: Readonly<Record<string, string>> = q === '' ? {} : { q };
    const isPage = ctx.get('X-Portico-Fragment') !== '1';
    const title = ctx.text('title');
    const model = {
      title,
      isPage,
      q,
      kept: from.kept,
      folder: from.folder,
      returns: from.returns,
      messages: { unfit: ctx.compiled('unfit') },
      search: ctx.url(from.place),
      add: ctx.url(place),
      back: ctx.url('~/documents-media'),
      total: ctx.text('total', { count: page.total }),
      isEmpty: page.photos.length === 0,
      photos: page.photos.map((photo) => ({ ...photo, thumbnail: thumbnailOf(ctx, photo) })),
      previous:
        page.previous === undefined ? undefined : link({ ...searched, ...(page.previous ? { after: page.previous } : {}) }),
      next: page.next === undefined ? undefined : link({ ...searched, after: page.next }),
    };
    ctx.render('photos', model, { title, layout: isPage ? 'page' : 'none' });
  }

  private async withPhoto(ctx: AnyContext, wanted: string, use: (photo: OpenPhoto) => Promise<void>): Promise<void> {
    const photo = await this.folder.open(ctx.access, wanted);
    try {
      await use(photo);
    } finally {
      await photo.file.close();
    }
  }

  private async sendThumbnail(ctx: AnyContext, photo: OpenPhoto): Promise<void> {
    const key = keyOf(photo, ctx.access.site?.id ?? '');
    ctx.status = 200;
    ctx.etag = key;
    ctx.set({ 'Cache-Control': 'private, no-cache', 'X-Content-Type-Options': 'nosniff' });
    if (ctx.fresh) {
      ctx.status = 304;
      return;
    }
    ctx.type = 'image/webp';
    ctx.body = await this.thumbnails.of(key, photo);
  }

  /** The same picture in the same folder is added once, however often it is chosen. */
  private async add(ctx: AnyContext, opened: OpenPhoto, folder: string | undefined): Promise<void> {
    const { site } = ctx.access;
    if (!site) throw notFound('page');
    const { photo, file } = opened;
    const document = await this.documents.add(ctx.access, {
      name: nameOf(photo),
      unique: true,
      altText: photo.altText,
      content: file.createReadStream({ autoClose: false }),
      idempotencyKey: `stock-photos-${keyOf(opened, folder ?? '')}`,
      ...(folder === undefined ? {} : { folderId: folder }),
    });
    if (ctx.accepts('html', 'json') !== 'json') {
      const list = new URLSearchParams({ ...(document.folderId ? { folder: document.folderId } : {}), added: document.id });
      ctx.redirectWith(`~/documents-media?${list}`, ctx.text('added', { name: document.name }));
      return;
    }
    const links = this.documents.links(document, site);
    const added: AddedDocument = {
      id: document.id,
      name: document.name,
      altText: document.altText,
      mimeType: document.mimeType,
      view: links.view,
      ...(document.width === undefined ? { isFile: true } : {}),
      ...(photo.credit ? { caption: { text: photo.credit, shown: true } } : {}),
    };
    ctx.status = 201;
    ctx.body = { document: added, download: links.download };
  }
}

function thumbnailOf(ctx: AnyContext, photo: Photo): string {
  return ctx.url(`${place}/thumbnail?${new URLSearchParams({ photo: photo.path })}`);
}

/** Names a picture as it is now. */
function keyOf({ photo, version }: OpenPhoto, where: string): string {
  return createHash('sha256')
    .update(JSON.stringify([photo.path, version, where]))
    .digest('hex');
}

/** The title, as the name of a file. */
function nameOf({ path: file, title }: Photo): string {
  return (
    title
      .replace(/[/\\]/g, ' ')
      .replace(/^[.\s]+/, '')
      .slice(0, 200) + extname(file).toLowerCase()
  );
}
