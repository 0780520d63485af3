import { type Activity, inject, injectable } from '@portico/core';
import { SiteRepository } from './site-repository.js';

@injectable()
export class SitesStart implements Activity {
  constructor(@inject(SiteRepository) private readonly sites: SiteRepository) {}

  onStart(): Promise<void> {
    return this.sites.open();
  }
}
