import {
  type CatalogKind,
  catalogKinds,
  type HttpRoutes,
  inject,
  injectable,
  notFound,
  type RouteContext,
  type Router,
  z,
} from '@portico/core';
import { CatalogEntries } from '../services/catalog-entries.js';
import { permissions } from '../services/permissions.js';

const access = { permission: permissions.modules };
const query = z.strictObject({
  text: z.string().trim().max(200).default(''),
  kind: z.enum(catalogKinds).or(z.literal('')).default('extension-point'),
});
const params = z.strictObject({ kind: z.enum(['extension-point', 'service']), id: z.string().max(200) });
type Query = z.output<typeof query>;
type Params = z.output<typeof params>;

/** The screen Extension Points: what modules can build on, and who adds what now. */
@injectable()
export class CatalogRoutes implements HttpRoutes {
  readonly prefix = '/configuration/extension-points';

  constructor(@inject(CatalogEntries) private readonly entries: CatalogEntries) {}

  register(router: Router): void {
    router.get('/', { access, query }, (ctx: RouteContext<unknown, Query>) => this.list(ctx));
    router.get('/:kind/:id', { access, params }, (ctx: RouteContext<Params>) => this.show(ctx));
  }

  private list(ctx: RouteContext<unknown, Query>): void {
    const { text, kind: chosen } = ctx.input.query;
    const { locale } = ctx.access;
    const title = ctx.text('catalog.title');
    const pointOf = this.entries.points(locale);
    const found = this.entries.found(text, chosen === '' ? undefined : chosen, locale);
    const model = {
      title,
      text,
      kinds: ['' as const, ...catalogKinds].map((value) => ({
        value,
        label: ctx.text(value === '' ? 'catalog.kind.all' : `catalog.kind.${value}`),
        selected: value === chosen,
      })),
      groups: catalogKinds
        .map((each) => ({ each, entries: found.filter((entry) => entry.kind === each) }))
        .filter(({ entries }) => entries.length > 0)
        .map(({ each, entries }) => ({
          title: ctx.text(`catalog.kind.${each}`),
          entries: entries.map((entry) => ({
            ...entry,
            href: hrefOf(entry),
            contributors:
              each === 'extension-point'
                ? pointOf(entry.id)
                    .contributors.map(({ moduleName }) => moduleName)
                    .join(', ')
                : '',
          })),
        })),
    };
    ctx.render('extension-points', model, { title });
  }

  private show(ctx: RouteContext<Params>): void {
    const { kind: of, id } = ctx.input.params;
    const { locale } = ctx.access;
    const entry = this.entries.find(of, id, locale);
    if (!entry) throw notFound('extension-point');
    const named = (module: string): { readonly id: string; readonly name: string } => ({
      id: module,
      name: this.entries.nameOf(module, locale),
    });
    const isPoint = of === 'extension-point';
    const { host, contributors } = isPoint ? this.entries.points(locale)(id) : { host: undefined, contributors: [] };
    const { imported } = entry;
    const model = {
      ...entry,
      isPoint,
      statement: imported && `import { ${imported.name} } from '${imported.from}';`,
      host: host && named(host),
      providers: isPoint ? [] : this.entries.providersOf(id).map(named),
      users: isPoint ? [] : this.entries.usersOf(id).map(named),
      contributors,
      deprecation: entry.deprecated && ctx.text('catalog.deprecated', { ...entry.deprecated }),
    };
    ctx.render('extension-point', model, { title: entry.name });
  }
}

/** Only points and services have a page: of the others everything stands in the list. */
function hrefOf({ kind: of, id }: { readonly kind: CatalogKind; readonly id: string }): string | undefined {
  return of === 'extension-point' || of === 'service' ? `/configuration/extension-points/${of}/${id}` : undefined;
}
