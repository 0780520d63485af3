import { AccessContexts, type DemoContent, inject, injectable, SiteDirectory } from '@portico/core';
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
