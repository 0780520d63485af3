import { type DemoContent, inject, injectable } from '@portico/core';
import { SiteBook } from './site-book.js';

@injectable()
export class DemoSites implements DemoContent {
  constructor(@inject(SiteBook) private readonly sites: SiteBook) {}

  async seed(): Promise<readonly string[]> {
    if (!this.sites.byAddress('guide')) await this.sites.add({ name: 'Guide', address: 'guide' });
    return [];
  }
}
