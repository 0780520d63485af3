import { type HttpRoutes, inject, injectable, notFound, type Router } from '@portico/core';
import { HomePage } from '../services/home-page.js';
import { SiteRepository } from '../services/site-repository.js';
import { viewSite } from '../services/sites-permissions.js';

/** The front page of each site. */
@injectable()
export class HomePageRoutes implements HttpRoutes {
  readonly prefix = '~';

  constructor(@inject(HomePage) private readonly homePage: HomePage) {}

  register(router: Router): void {
    router.get('/', { access: { permission: viewSite } }, async (ctx) => {
      const name = ctx.access.site?.name ?? '';
      const sections = await this.homePage.sectionsFor(ctx.access);
      const leading = sections.find(({ entries }) => entries.length > 0);
      const shown = sections.map((section) => {
        const entries = section.entries.map((entry) => ({ ...entry, href: ctx.url(entry.href) }));
        const [newest, ...others] = entries;
        return section === leading ? { ...section, newest, entries: others } : { ...section, entries };
      });
      ctx.render('home-page', { name, sections: shown }, { title: name, layout: 'site' });
    });
  }
}

/** The bare address of the portal leads to its first site. */
@injectable()
export class RootRedirectRoutes implements HttpRoutes {
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
