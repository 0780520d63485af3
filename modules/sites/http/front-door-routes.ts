import { type HttpRoutes, inject, injectable, notFound, type Router } from '@portico/core';
import { SiteRepository } from '../services/site-repository.js';

/** The bare address of the portal leads to its first site. */
@injectable()
export class FrontDoorRoutes implements HttpRoutes {
  readonly prefix = '/';

  constructor(@inject(SiteRepository) private readonly sites: SiteRepository) {}

  register(router: Router): void {
    router.get('/', { access: 'public' }, (ctx) => {
      const site = this.sites.byAddress('home') ?? this.sites.all()[0];
      if (!site) throw notFound();
      ctx.redirect(`/web/${site.address}`);
    });
  }
}
