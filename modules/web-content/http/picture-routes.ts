import {
  type HttpRoutes,
  inject,
  injectable,
  invalidInput,
  optional,
  PortalError,
  type RouteContext,
  type Router,
  type ServiceHandle,
} from '@portico/core';
import { leastFileBytes } from '@portico/core/util';
import { Documents } from '@portico/documents-media/api';
import { ArticlePermissions } from '../services/articles.js';
import { pictureAnswer } from './input.js';

/** Somewhat beyond what Documents and Media takes by default: its own gate says how much that is. */
const maxFileBytes = 256 * 1024 * 1024;

/** Pictures that were pasted or dropped into an article: they go to Documents and Media, through the gate of every upload. */
@injectable()
export class PictureRoutes implements HttpRoutes {
  readonly prefix = '~/web-content';

  constructor(@inject(optional(Documents)) private readonly documents: ServiceHandle<Documents>) {}

  register(router: Router): void {
    const access = { permission: ArticlePermissions.edit };
    const declared = { access, answers: 'json', answer: pictureAnswer, multipart: { maxFiles: 1, maxFileBytes } } as const;
    router.post('/pictures', declared, (ctx) => this.receive(ctx));
  }

  private async receive(ctx: RouteContext<unknown, unknown, unknown>): Promise<void> {
    const { site } = ctx.access;
    const documents = this.documents.get();
    if (!documents || !site) throw new PortalError('pictures-unavailable', ctx.text('pictures.unavailable'), { status: 409 });
    for await (const part of ctx.parts()) {
      if (part.kind === 'field') continue;
      const document = await documents.add(ctx.access, {
        name: part.fileName,
        unique: true,
        content: part.content,
        isUpload: true,
        atLeastBytes: leastFileBytes(ctx),
      });
      const { view, thumbnail } = documents.links(document, site);
      // Kept, and said: what was uploaded is never thrown away.
      if (!thumbnail)
        throw new PortalError('not-a-picture', ctx.text('pictures.not-shown', { name: document.name }), { status: 415 });
      ctx.status = 201;
      ctx.body = { picture: { id: document.id, name: document.name, altText: document.altText, view } };
      return;
    }
    throw invalidInput({ file: ctx.text('pictures.nothing') }, ctx.text('pictures.nothing'));
  }
}
