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
    const { articles } = await this.articles.list(access);
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
      summary: summaryOf(body),
      imageUrl: /<img[^>]*\ssrc="([^"]+)"/.exec(body)?.[1]?.replaceAll('&amp;', '&'),
      date: publishedAt,
    }));
  }
}

/** The beginning of a cleaned body as plain text. */
function summaryOf(body: string): string {
  const text = body
    .replace(/<(h[1-4]|figcaption)>.*?<\/\1>/gs, ' ')
    .replace(/<\/?(?:a|b|i|u|s|em|strong|code)\b[^>]*>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    .trim();
  return text.length <= summaryLength ? text : `${text.slice(0, summaryLength).replace(/\s+\S*$/, '')}…`;
}
