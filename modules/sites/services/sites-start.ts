import { type Activity, type DemoContent, inject, injectable } from '@portico/core';
import { SiteRepository } from './site-repository.js';

@injectable()
export class DemoSites implements DemoContent {
  constructor(@inject(SiteRepository) private readonly sites: SiteRepository) {}

  async seed(): Promise<readonly string[]> {
    if (!this.sites.byAddress('guide')) await this.sites.add({ name: 'Guide', address: 'guide' });
    return [];
  }
}

@injectable()
export class SitesStart implements Activity {
  constructor(@inject(SiteRepository) private readonly sites: SiteRepository) {}

  onStart(): Promise<void> {
    return this.sites.open();
  }
}
