import type {
  AuditArea,
  AuditPresenter,
  AuditRecord,
  AuditRow,
  Contribution,
  Contributions,
  MessageCatalog,
  Messages,
  ServiceHandle,
  SiteDirectory,
} from '../api/index.js';

/** Puts records into words: the module of an area says what changed, the core what was done, where and from where. */
export class CatalogAuditPresenter implements AuditPresenter {
  private readonly messages: Messages;

  constructor(
    private readonly contributedAreas: Contributions<AuditArea>,
    private readonly sites: ServiceHandle<SiteDirectory>,
    private readonly catalog: MessageCatalog,
  ) {
    this.messages = catalog.for('core');
  }

  areas(locale?: string): readonly { readonly area: string; readonly label: string }[] {
    return this.contributedAreas.all().map((each) => ({ area: each.value.area, label: this.label(each, locale) }));
  }

  actions(locale?: string): readonly { readonly action: string; readonly label: string }[] {
    return namedActions
      .map((action) => ({ action, label: this.action(action, locale) }))
      .sort((a, b) => a.label.localeCompare(b.label, locale));
  }

  row(record: AuditRecord, locale?: string): AuditRow {
    const area = this.contributedAreas.all().find(({ value }) => value.area === record.area);
    const described = area && this.contributedAreas.each((value) => value.describe?.(record, locale), [area])[0];
    const text = (key: string): string => this.messages.text(key, undefined, locale);
    const value = (said: unknown): string => described?.value?.(said) ?? plain(said, text);
    const items = (said: unknown): readonly string[] =>
      (described?.items ? described.items(said) : undefined) ??
      (Array.isArray(said) && !described?.value?.(said) ? said.map((each) => plain(each, text)) : []);
    const [beforeItems, afterItems] = [items(record.before), items(record.after)];
    return {
      id: record.id,
      at: record.at.toISOString(),
      by: record.by.name || text('audit.forgotten'),
      area: area ? this.label(area, locale) : record.area,
      what: described?.what ?? ([record.subject, record.attribute].filter(Boolean).join('.') || text('audit.unnamed')),
      scope: record.scope === 'instance' ? text('audit.instance') : (this.sites.get()?.byId(record.scope)?.name ?? record.scope),
      action: this.action(record.action, locale),
      ...(record.before === undefined ? {} : { before: value(record.before) }),
      ...(record.after === undefined ? {} : { after: value(record.after) }),
      ...(beforeItems.length > 0 ? { beforeItems } : {}),
      ...(afterItems.length > 0 ? { afterItems } : {}),
      via: text(`audit.via.${record.via}`),
      ...(record.address ? { address: record.address } : {}),
      ...(record.reason ? { reason: record.reason } : {}),
    };
  }

  /** Words of modules are shown as they wrote them. */
  private action(action: string, locale: string | undefined): string {
    const key = `audit.action.${action}`;
    const said = this.messages.text(key, undefined, locale);
    return said === key ? action : said;
  }

  private label({ module, value }: Contribution<AuditArea>, locale?: string): string {
    return this.catalog.for(module).text(value.label, undefined, locale);
  }
}

/** What the portal has words for. */
const namedActions = [
  'added',
  'cancelled',
  'changed',
  'closed',
  'created',
  'denied',
  'disabled',
  'discarded',
  'enabled',
  'exported',
  'failed',
  'granted',
  'hashed',
  'inherited',
  'installed',
  'key-replaced',
  'moved',
  'none',
  'published',
  'refused',
  'removed',
  'replaced',
  'revoked',
  'rolled-back',
  'rotation-finished',
  'rotation-started',
  'set',
  'sign-in-failed',
  'sign-in-slowed',
  'signed-in',
  'signed-out',
  'started',
  'stopped',
  'token-refused',
  'undone',
  'unpublished',
  'updated',
  'used',
  'warned',
] as const;

/** What nobody describes is said as it was written, but never as a program writes it. */
function plain(said: unknown, text: (key: string) => string): string {
  if (typeof said === 'boolean') return text(said ? 'audit.on' : 'audit.off');
  if (Array.isArray(said)) return said.map((each) => plain(each, text)).join(', ') || text('audit.empty');
  if (typeof said === 'object' && said !== null)
    return (
      Object.entries(said)
        .filter(([, value]) => value !== null && value !== '')
        .map(([name, value]) => `${name}: ${plain(value, text)}`)
        .join(', ') || text('audit.empty')
    );
  return typeof said === 'string' ? said || text('audit.empty') : JSON.stringify(said);
}
