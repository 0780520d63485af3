import { type AccessContext, AccessContexts, type DemoContent, inject, injectable, SiteDirectory } from '@portico/core';
import type { HomePageEntry, HomePageSection } from '@portico/sites/api';
import { Articles } from './articles.js';

const body = `<p>This is the home page of a site. What its authors publish appears here.</p>
<h2>Make an image</h2>
<p>Open <strong>Product Menu &gt; Documents and Media</strong>, choose <strong>New &gt; Create AI Image</strong>, say what it should show,
and add the ones you like. The same is there in the editor of an article: press <strong>Image</strong> in its toolbar.</p>`;

/** A first article, so that the home page of a demo says something. */
@injectable()
export class DemoArticle implements DemoContent {
  constructor(
    @inject(SiteDirectory) private readonly sites: SiteDirectory,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
    @inject(Articles) private readonly articles: Articles,
  ) {}

  async seed(): Promise<readonly string[]> {
    const site = this.sites.byAddress('home');
    if (!site) return [];
    const access = this.contexts.system(site);
    const { articles } = await this.articles.list(access, {});
    if (articles.length === 0) await this.articles.save(access, { title: 'Welcome', address: '', body }, { publish: true });
    return [];
  }
}

const summaryLength = 160;

/** The newest published articles on a site's home page. */
@injectable()
export class HomePageArticles implements HomePageSection {
  readonly title = 'home.articles';

  constructor(@inject(Articles) private readonly articles: Articles) {}

  async entries(access: AccessContext): Promise<readonly HomePageEntry[]> {
    const articles = await this.articles.latest(access);
    return articles.map(({ title, address, body, publishedAt }) => ({
      title,
      href: `~/articles/${address}`,
      ...beginningOf(body),
      date: publishedAt,
    }));
  }
}

/**
 * A tag of a cleaned body, or the text up to the next one. A tag is taken whole, with the values of its attributes: what looks like tags
 * in a `title` would otherwise make each of them a search through all the rest, a hundred thousand times.
 */
const piece = /<(\/?)([a-z][a-z0-9]*)([^>"]*(?:"[^"]*"[^>"]*)*)>|[^<]+/g;
const leftOut = new Set(['h1', 'h2', 'h3', 'h4', 'figcaption']);
const inline = new Set(['a', 'b', 'i', 'u', 's', 'em', 'strong', 'code']);

/** The beginning of a cleaned body as plain text, without headings and captions, and its first picture. */
function beginningOf(body: string): { readonly summary: string; readonly imageUrl: string | undefined } {
  let text = '';
  let imageUrl: string | undefined;
  let inside: string | undefined;
  for (const [whole, end, tag, attributes = ''] of body.matchAll(piece)) {
    if (tag === 'img') imageUrl ??= /(?:^|\s)src="([^"]+)"/.exec(attributes)?.[1]?.replaceAll('&amp;', '&');
    if (inside !== undefined) {
      if (end && tag === inside) inside = undefined;
    } else if (tag === undefined) text += whole;
    else if (!inline.has(tag)) {
      text += ' ';
      if (!end && leftOut.has(tag)) inside = tag;
    }
  }
  return { summary: shortened(plain(text)), imageUrl };
}

function plain(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    .trim();
}

function shortened(text: string): string {
  return text.length <= summaryLength ? text : `${text.slice(0, summaryLength).replace(/\s+\S*$/, '')}…`;
}
