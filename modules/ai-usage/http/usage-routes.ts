import { type Class, type HttpRoutes, inject, injectable, type Router } from '@portico/core';
import { manageInstance, manageSite } from '../services/access.js';
import { UsagePages, usageQuery } from './usage-pages.js';

/** AI Usage at one address: of the whole instance, or with `~` of one site. As a page, or as the file that is exported from it. */
export function usageRoutes(prefix: `${'' | '~'}/ai-creator/usage${'' | '.csv'}`): Class<HttpRoutes> {
  @injectable()
  class UsageRoutes implements HttpRoutes {
    readonly prefix = prefix;

    constructor(@inject(UsagePages) private readonly pages: UsagePages) {}

    register(router: Router): void {
      const access = { permission: prefix.startsWith('~') ? manageSite : manageInstance };
      router.get('/', { access, query: usageQuery }, (ctx) =>
        prefix.endsWith('.csv') ? this.pages.csv(ctx) : this.pages.show(ctx),
      );
    }
  }
  return UsageRoutes;
}
