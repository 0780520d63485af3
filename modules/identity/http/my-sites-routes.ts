import { type HttpRoutes, inject, injectable, PortalError, type Router } from '@portico/core';
import { Directory } from '../services/directory.js';
import { managePeople } from '../services/identity-permissions.js';
import { OwnSites } from '../services/own-sites.js';

const mostOthers = 20;
const mostNames = 10;

/** The sites of the person who asks; of somebody without any, what they may do and whom to ask. */
@injectable()
export class MySitesRoutes implements HttpRoutes {
  readonly prefix = '/my-sites';

  constructor(
    @inject(OwnSites) private readonly ownSites: OwnSites,
    @inject(Directory) private readonly directory: Directory,
  ) {}

  register(router: Router): void {
    router.get('/', { access: 'signed-in' }, (ctx) => {
      const { person } = ctx.access;
      if (!person) throw new PortalError('sign-in-required', 'Sign in to do this.', { status: 401 });
      const sites = this.ownSites.of(person).map((site) => ({
        name: site.name,
        href: `/web/${site.address}`,
        roles: this.ownSites.rolesIn(person, site).join(', '),
      }));
      const others = this.ownSites.others(person).slice(0, mostOthers);
      // Who is who is for those to read who may read the list of people.
      const askable = sites.length === 0 && ctx.access.can(managePeople) ? this.administrators() : [];
      const model = {
        sites,
        others: others.map(({ name, address }) => ({ name, href: `/web/${address}` })),
        whom: askable.length > 0 ? ctx.text('my-sites.ask-named', { names: askable.join(', ') }) : ctx.text('my-sites.ask'),
      };
      ctx.render('my-sites', model, { title: ctx.text('my-sites.title') });
    });
  }

  private administrators(): readonly string[] {
    return [...this.directory.all()]
      .filter(({ active, roles }) => active && roles.includes('Administrator'))
      .map(({ name, email }) => name || email)
      .sort()
      .slice(0, mostNames);
  }
}
