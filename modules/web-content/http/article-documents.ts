import { inject, injectable, optional, PortalError, type RouteContext, type ServiceHandle } from '@portico/core';
import { Documents, type HiddenDocument } from '@portico/documents-media/api';

/** Files of a text that are asked about for their metadata. */
const documentsAtMost = 200;

/** What the readers of an article get of the files that it shows or links to. */
@injectable()
export class ArticleDocuments {
  constructor(@inject(optional(Documents)) private readonly documents: ServiceHandle<Documents>) {}

  /** Names of those that readers do not get, because what is written into them cannot be taken out. */
  async withheld(ctx: RouteContext, html: string): Promise<readonly string[]> {
    const ids = idsIn(ctx, html).slice(0, documentsAtMost);
    const withheld = ids.length === 0 ? [] : await this.documents.get()?.withheldFromReaders(ctx.access, ids);
    return (withheld ?? []).map(({ name }) => name);
  }

  /** Those that not everybody sees who sees the site. */
  async hidden(ctx: RouteContext, html: string): Promise<readonly HiddenDocument[]> {
    const ids = idsIn(ctx, html);
    return ids.length === 0 ? [] : ((await this.documents.get()?.hiddenFromReaders(ctx.access, ids)) ?? []);
  }

  async makeVisible(ctx: RouteContext, hidden: readonly HiddenDocument[]): Promise<void> {
    if (hidden.length > 0)
      await this.documents.get()?.makeVisible(
        ctx.access,
        hidden.map(({ id }) => id),
      );
  }
}

/** An article with files that its readers would not see is not published until its author has decided. */
export function notVisible(ctx: RouteContext, hidden: readonly HiddenDocument[]): PortalError {
  const names = hidden.slice(0, 3).map(({ name }) => name);
  const sentence = ctx.text('visible.question', { count: hidden.length, names: names.join(', ') });
  return new PortalError('pictures-not-visible', sentence, {
    status: 409,
    details: { documents: hidden.map(({ id }) => id), mayShow: hidden.every(({ mayShow }) => mayShow) },
  });
}

function idsIn(ctx: RouteContext, html: string): readonly string[] {
  const ids = html
    .split(ctx.url('~/documents-media/documents/'))
    .slice(1)
    .flatMap((rest) => /^[0-9a-f-]{36}(?![0-9a-f-])/.exec(rest)?.[0] ?? []);
  return [...new Set(ids)];
}
