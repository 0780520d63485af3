import {
  type AuditFilter,
  AuditLog,
  AuditPresenter,
  type AuditVia,
  Clock,
  type HttpRoutes,
  inject,
  injectable,
  optional,
  PersonDirectory,
  type RouteContext,
  type Router,
  type ServiceHandle,
  SiteDirectory,
  z,
} from '@portico/core';
import { AuditExport } from '../services/audit-export.js';
import { permissions } from '../services/permissions.js';

const access = { permission: permissions.audit };
const vias = ['screen', 'command', 'import', 'api', 'system'] as const satisfies readonly AuditVia[];
const text = z.string().max(200).default('');
const date = z.union([z.literal(''), z.iso.date()]).default('');
const filter = {
  text,
  area: text,
  scope: text,
  person: text,
  action: text,
  address: text,
  via: z.enum(['', ...vias]).default(''),
  from: date,
  until: date,
};
const query = z.strictObject({ ...filter, before: z.uuid().optional() });
const exporting = z.strictObject({ ...filter, format: z.enum(['csv', 'json']) });
type Filter = Omit<z.output<typeof query>, 'before'>;
const place = '/configuration/audit-log';
const day = 86_400_000;

/** Who changed what: filtered, page by page, and as a file. */
@injectable()
export class AuditRoutes implements HttpRoutes {
  readonly prefix = place;

  constructor(
    @inject(AuditLog) private readonly log: AuditLog,
    @inject(AuditPresenter) private readonly presenter: AuditPresenter,
    @inject(Clock) private readonly clock: Clock,
    @inject(optional(SiteDirectory)) private readonly sites: ServiceHandle<SiteDirectory>,
    @inject(optional(PersonDirectory)) private readonly people: ServiceHandle<PersonDirectory>,
    @inject(AuditExport) private readonly files: AuditExport,
  ) {}

  register(router: Router): void {
    router.get('/', { access, query }, (ctx: RouteContext<unknown, z.output<typeof query>>) => this.list(ctx));
    router.get('/export', { access, query: exporting }, (ctx: RouteContext<unknown, z.output<typeof exporting>>) =>
      this.export(ctx),
    );
  }

  private async list(ctx: RouteContext<unknown, z.output<typeof query>>): Promise<void> {
    const { before, ...chosen } = ctx.input.query;
    const { records, next } = await this.log.list(this.filterOf(chosen), before);
    const asked = new URLSearchParams(Object.entries(chosen).filter(([, value]) => value !== ''));
    const address = (path: string, more: Readonly<Record<string, string>>): string =>
      `${path}?${new URLSearchParams([...asked, ...Object.entries(more)])}`;
    const option = (value: string, label: string, now: string): object => ({ value, label, selected: value === now });
    const title = ctx.text('audit.title');
    const model = {
      title,
      ...chosen,
      filtered: [...asked].length > 0,
      areas: [
        option('', ctx.text('audit.all'), chosen.area),
        ...this.presenter.areas(ctx.access.locale).map(({ area, label }) => option(area, label, chosen.area)),
      ],
      actions: [
        option('', ctx.text('audit.all'), chosen.action),
        ...this.presenter.actions(ctx.access.locale).map(({ action, label }) => option(action, label, chosen.action)),
      ],
      vias: [
        option('', ctx.text('audit.all'), chosen.via),
        ...vias.map((via) => option(via, ctx.text(`audit.via.${via}`), chosen.via)),
      ],
      scopes: [
        option('', ctx.text('audit.all'), chosen.scope),
        option('instance', ctx.text('audit.instance'), chosen.scope),
        ...(this.sites.get()?.all() ?? []).map(({ id, name }) => option(id, name, chosen.scope)),
      ],
      rows: records.map((record) => this.presenter.row(record, ctx.access.locale)),
      next: next && address(place, { before: next }),
      csvHref: address(`${place}/export`, { format: 'csv' }),
      jsonHref: address(`${place}/export`, { format: 'json' }),
    };
    ctx.render('audit-log', model, { title });
  }

  private async export(ctx: RouteContext<unknown, z.output<typeof exporting>>): Promise<void> {
    const { format, ...chosen } = ctx.input.query;
    const name = `audit-${this.clock.now().toISOString().slice(0, 10)}.${format}`;
    ctx.attachment(name);
    ctx.type = format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8';
    ctx.body = await this.files.open(format, this.filterOf(chosen));
  }

  /** Somebody's address means what they did, under whatever name; anything else is part of a name. */
  private filterOf({ person, ...chosen }: Filter): AuditFilter {
    const known = person ? this.people.get()?.byEmail(person) : undefined;
    return { ...filterOf(chosen), ...(known ? { by: known.id } : person ? { byName: person } : {}) };
  }
}

/** Days are those of UTC, the last one included. */
function filterOf({ text, area, scope, action, address, via, from, until }: Omit<Filter, 'person'>): AuditFilter {
  return {
    ...(text ? { text } : {}),
    ...(action ? { action } : {}),
    ...(address ? { address } : {}),
    ...(area ? { area } : {}),
    ...(scope ? { scope } : {}),
    ...(via ? { via } : {}),
    ...(from ? { from: new Date(from) } : {}),
    ...(until ? { until: new Date(new Date(until).getTime() + day) } : {}),
  };
}
