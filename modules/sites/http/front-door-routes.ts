import { type HttpRoutes, inject, injectable, notFound, type Router } from '@portico/core';
import { SiteBook } from '../services/site-book.js';

/** The bare address of the portal leads to its first site. */
@injectable()
export class FrontDoorRoutes implements HttpRoutes {
  readonly prefix = '/';

  constructor(@inject(SiteBook) private readonly sites: SiteBook) {}

  register(router: Router): void {
    router.get('/', { access: 'public' }, (ctx) => {
      const site = this.sites.byAddress('home') ?? this.sites.all()[0];
      if (!site) throw notFound();
      ctx.redirect(`/web/${site.address}`);
    });
  }
}
