import type {
  AuditArea,
  AuditDescription,
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

/** The words of modules, and whether there are any. */
interface AuditWords extends MessageCatalog {
  has(moduleId: string, key: string): boolean;
  keys(moduleId: string, prefix: string): readonly string[];
}

const actionPrefix = 'audit.action.';

/** Whoever acted without an account has no name of their own: entries hold it as programs read it, and it is said in the language of the reader. */
const withoutAccount: Readonly<Record<string, string>> = {
  'the command line': 'audit.by.command-line',
  'the deploy folder': 'audit.by.deploy-folder',
};

/**
 * Puts records into words: the modules of an area say what changed, the core what was done, where and from where.
 *
 * What no module describes is looked for among the messages of the modules of its area, then among the portal's own: `audit.what.<area>.<attribute>` (with
 * `{subject}`) and `audit.subject.<area>.<subject>` name what changed, `audit.action.<action>` what was done, `audit.value.<name>` (with `{value}`) and
 * `audit.value.<name>.<value>` what an object says. Of objects only what has a name is shown: ids are for programs, and stand in the export.
 */
export class CatalogAuditPresenter implements AuditPresenter {
  private readonly messages: Messages;

  constructor(
    private readonly contributedAreas: Contributions<AuditArea>,
    private readonly sites: ServiceHandle<SiteDirectory>,
    private readonly catalog: AuditWords,
  ) {
    this.messages = catalog.for('core');
  }

  areas(locale?: string): readonly { readonly area: string; readonly label: string }[] {
    const labels = new Map<string, string>();
    for (const each of this.contributedAreas.all())
      if (!labels.has(each.value.area)) labels.set(each.value.area, this.label(each, locale));
    return [...labels].map(([area, label]) => ({ area, label }));
  }

  actions(locale?: string): readonly { readonly action: string; readonly label: string }[] {
    const owners = [...new Set(['core', ...this.contributedAreas.all().map(({ module }) => module)])].join(' ');
    return this.catalog
      .keys(owners, actionPrefix)
      .map((key) => ({ action: key.slice(actionPrefix.length), label: this.catalog.for(owners).text(key, undefined, locale) }))
      .sort((a, b) => a.label.localeCompare(b.label, locale));
  }

  row(record: AuditRecord, locale?: string): AuditRow {
    const areas = this.contributedAreas.all().filter(({ value }) => value.area === record.area);
    const described = this.contributedAreas.each((value) => value.describe?.(record, locale), areas).find(Boolean);
    const words = new RecordWords(this.catalog, areas, described, locale);
    const text = (key: string): string => this.messages.text(key, undefined, locale);
    const [beforeItems, afterItems] = [words.items(record.before), words.items(record.after)];
    const [before, after] = [words.whole(record.before), words.whole(record.after)];
    const [area] = areas;
    return {
      id: record.id,
      at: record.at.toISOString(),
      by: this.by(record.by, locale),
      area: area ? this.label(area, locale) : record.area,
      what: described?.what ?? (words.what(record) || text('audit.unnamed')),
      scope:
        record.scope === 'instance' ? text('audit.instance') : (this.sites.get()?.byId(record.scope)?.name ?? text('audit.gone')),
      action: words.action(record.action),
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
      ...(beforeItems.length > 0 ? { beforeItems } : {}),
      ...(afterItems.length > 0 ? { afterItems } : {}),
      via: text(`audit.via.${record.via}`),
      ...(record.address ? { address: record.address } : {}),
      ...(record.reason ? { reason: record.reason } : {}),
    };
  }

  private by({ id, name }: AuditRecord['by'], locale?: string): string {
    const key = id === 'system' ? withoutAccount[name] : undefined;
    return key ? this.messages.text(key, undefined, locale) : name || this.messages.text('audit.forgotten', undefined, locale);
  }

  private label({ module, value }: Contribution<AuditArea>, locale?: string): string {
    return this.catalog.for(module).text(value.label, undefined, locale);
  }
}

/** The words for one record. */
class RecordWords {
  private readonly owners: string;
  private readonly messages: Messages;

  constructor(
    private readonly catalog: AuditWords,
    private readonly areas: readonly Contribution<AuditArea>[],
    private readonly described: AuditDescription | undefined,
    private readonly locale: string | undefined,
  ) {
    this.owners = areas.map(({ module }) => module).join(' ') || 'core';
    this.messages = catalog.for(this.owners);
  }

  what({ area, subject, attribute }: AuditRecord): string {
    const named = this.known(`audit.subject.${area}.${subject}`) ?? subject;
    if (!attribute) return named;
    return this.known(`audit.what.${area}.${attribute}`, { subject: named }) ?? [named, attribute].filter(Boolean).join(': ');
  }

  action(action: string): string {
    return this.known(`audit.action.${action}`) ?? action;
  }

  /** Undefined when there is nothing to be read in it. */
  whole(said: unknown): string | undefined {
    return said === undefined ? undefined : this.said(said) || undefined;
  }

  items(said: unknown): readonly string[] {
    const described = this.described?.items?.(said);
    if (described || !Array.isArray(said) || this.described?.value?.(said) !== undefined) return described ?? [];
    return said.map((each) => this.said(each));
  }

  private said(said: unknown, name?: string): string {
    return this.described?.value?.(said, name) ?? this.plain(said, name);
  }

  /** What nobody describes is said as it was written, but never as a program writes it. */
  private plain(said: unknown, name: string | undefined): string {
    const empty = this.messages.text('audit.empty', undefined, this.locale);
    if (Array.isArray(said)) return said.map((each) => this.said(each, name)).join(', ') || empty;
    if (typeof said === 'object' && said !== null)
      return Object.entries(said)
        .flatMap((entry) => this.part(...entry))
        .join(', ');
    const word = name === undefined ? undefined : this.known(`audit.value.${name}.${String(said)}`);
    if (word !== undefined) return word;
    if (typeof said === 'boolean') return this.messages.text(said ? 'audit.on' : 'audit.off', undefined, this.locale);
    if (typeof said !== 'string') return typeof said === 'number' ? said.toLocaleString(this.locale) : JSON.stringify(said);
    return isTime(said)
      ? new Date(said).toLocaleDateString(this.locale, { dateStyle: 'medium', timeZone: 'UTC' })
      : said || empty;
  }

  private part(name: string, value: unknown): readonly string[] {
    if (value === null || value === '') return [];
    const said = this.said(value, name);
    if (said === '') return [];
    const named = this.known(`audit.value.${name}`, { value: said });
    return named === undefined ? (this.areas.length > 0 ? [] : [`${name}: ${said}`]) : [named];
  }

  private known(key: string, values?: Readonly<Record<string, string>>): string | undefined {
    return this.catalog.has(this.owners, key) ? this.messages.text(key, values, this.locale) : undefined;
  }
}

const isTime = (said: string): boolean =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(said) && !Number.isNaN(Date.parse(said));
