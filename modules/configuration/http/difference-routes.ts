import {
  type HttpRoutes,
  inject,
  injectable,
  notFound,
  optional,
  type RouteContext,
  type Router,
  type Scope,
  type ServiceHandle,
  type Site,
  SiteDirectory,
  siteScope,
  z,
} from '@portico/core';
import { foldText } from '@portico/core/util';
import { type DifferenceRow, Differences } from '../services/differences.js';
import { permissions } from '../services/permissions.js';
import { places, SettingsEntries } from './settings-entries.js';

const search = z.string().max(200).default('');
const atInstance = z.strictObject({ q: search, left: z.string().max(100).default(''), right: z.string().max(100).default('') });
const atSite = z.strictObject({ q: search });
const path = '/settings-differences';

interface Group {
  readonly title: string;
  readonly rows: readonly (DifferenceRow & { readonly href: string })[];
}

/** The page What differs from the defaults: everything for the instance, a site's own for the site. */
@injectable()
export class DifferenceRoutes implements HttpRoutes {
  readonly prefix = '/configuration';

  constructor(
    @inject(Differences) private readonly differences: Differences,
    @inject(SettingsEntries) private readonly entries: SettingsEntries,
    @inject(optional(SiteDirectory)) private readonly sites: ServiceHandle<SiteDirectory>,
  ) {}

  register(router: Router): void {
    const access = { permission: permissions.instanceSettings };
    router.get(path, { access, query: atInstance }, (ctx: RouteContext<unknown, z.output<typeof atInstance>>) => this.show(ctx));
  }

  private show(ctx: RouteContext<unknown, z.output<typeof atInstance>>): void {
    const { q, left, right } = ctx.input.query;
    const { locale } = ctx.access;
    const entries = this.entries.visible(ctx.access);
    const forSites = entries.filter(({ value }) => value.scopes.includes('site'));
    const sites = this.sites.get()?.all() ?? [];
    const comparing = left !== '' && right !== '';
    const groups = comparing
      ? [this.comparison(ctx, this.place(left), this.place(right))]
      : [
          groupOf(
            ctx.text('differences.instance'),
            this.differences.fromDefaults(entries, { kind: 'instance' }, locale),
            q,
            places.instance,
          ),
          ...sites.map((site) =>
            groupOf(site.name, this.differences.fromDefaults(forSites, siteScope(site.id), locale), q, siteSettings(site)),
          ),
        ];
    const option = (value: string, label: string, now: string): object => ({ value, label, selected: value === now });
    const options = (now: string): readonly object[] => [
      option('', ctx.text('differences.nothing-chosen'), now),
      option('instance', ctx.text('differences.instance'), now),
      ...sites.map(({ address, name }) => option(address, name, now)),
    ];
    render(ctx, {
      q,
      groups: groups.filter(({ rows }) => rows.length > 0),
      comparing,
      left: options(left),
      right: options(right),
      compares: true,
      backHref: places.instance,
    });
  }

  private comparison(ctx: RouteContext<unknown, z.output<typeof atInstance>>, left: Place, right: Place): Group {
    const entries = this.entries.visible(ctx.access).filter(({ value }) => value.scopes.includes('site'));
    const rows = this.differences.between(entries, left.scope, right.scope, ctx.access.locale);
    const name = ({ site }: Place): string => site?.name ?? ctx.text('differences.instance');
    return groupOf(
      `${name(left)} – ${name(right)}`,
      rows,
      ctx.input.query.q,
      left.site ? siteSettings(left.site) : places.instance,
    );
  }

  private place(address: string): Place {
    if (address === 'instance') return { scope: { kind: 'instance' } };
    const site = this.sites.get()?.byAddress(address);
    if (!site) throw notFound('site');
    return { scope: siteScope(site.id), site };
  }
}

interface Place {
  readonly scope: Scope;
  readonly site?: Site;
}

@injectable()
export class SiteDifferenceRoutes implements HttpRoutes {
  readonly prefix = '~/configuration';

  constructor(
    @inject(Differences) private readonly differences: Differences,
    @inject(SettingsEntries) private readonly entries: SettingsEntries,
  ) {}

  register(router: Router): void {
    const access = { permission: permissions.siteSettings };
    router.get(path, { access, query: atSite }, (ctx: RouteContext<unknown, z.output<typeof atSite>>) => {
      const { q } = ctx.input.query;
      const rows = this.differences.fromDefaults(this.entries.visible(ctx.access), ctx.access.scope, ctx.access.locale);
      const group = groupOf(ctx.access.site?.name ?? '', rows, q, places.site);
      render(ctx, { q, groups: group.rows.length > 0 ? [group] : [], backHref: places.site });
    });
  }
}

const siteSettings = ({ address }: Site): string => `/web/${address}/configuration/site-settings`;

function groupOf(title: string, rows: readonly DifferenceRow[], q: string, place: string): Group {
  const words = foldText(q).split(' ').filter(Boolean);
  const found = rows.filter((row) => {
    const text = foldText([title, row.entry, row.label, row.id, row.field, row.now, row.against].join(' '));
    return words.every((word) => text.includes(word));
  });
  return { title, rows: found.map((row) => ({ ...row, href: `${place}/${row.id}#setting-${row.field}` })) };
}

function render(ctx: Pick<RouteContext, 'render' | 'text'>, model: object): void {
  const title = ctx.text('differences.title');
  ctx.render('differences', { title, ...model }, { title });
}
