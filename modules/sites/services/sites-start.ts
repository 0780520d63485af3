import { type Activity, inject, injectable } from '@portico/core';
import { SiteBook } from './site-book.js';

@injectable()
export class SitesStart implements Activity {
  constructor(@inject(SiteBook) private readonly sites: SiteBook) {}

  onStart(): Promise<void> {
    return this.sites.open();
  }
}
