import { type AccessContext, inject, injectable } from '@portico/core';
import type { HomePageEntry, HomePageSection } from '@portico/sites/api';
import { Articles } from './articles.js';

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
