import {
  type AccessContext,
  AccessContexts,
  type Activity,
  type Audience,
  AuditLog,
  Clock,
  type DemoContent,
  Emitter,
  Ids,
  inject,
  injectable,
  Messages,
  notFound,
  type Reader,
  type RoleName,
  type RoleReference,
  type Site,
  type SiteDirectory,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import {
  everyone,
  foldText,
  type ListTotal,
  nameSortKey,
  readKeysetPage,
  type Sorting,
  type SortKeys,
  searchPatterns,
} from '@portico/core/util';
import type { Sites } from '../api/index.js';
import { SiteEntity } from '../entities/site-entity.js';
import { addressTaken, checkedName, checkedSite, type NewSite } from './site-rules.js';

/** By what sites are sorted. */
export type SitesOrder = 'name' | 'address';
export const sitesOrders: SortKeys<SitesOrder> = {
  name: { column: 'name_key', usual: 'asc' },
  address: { column: 'address', usual: 'asc' },
};

export interface SitesQuery {
  /** Words that stand anywhere in a name or an address, all of them. */
  readonly search?: string;
  readonly sorting: Sorting<SitesOrder>;
  /** Where a page begins or ends, as an earlier page said. */
  readonly after?: string;
  readonly before?: string;
}

export interface SitesPage {
  readonly sites: readonly Site[];
  readonly total: ListTotal;
  readonly previous: string | undefined;
  readonly next: string | undefined;
}

const pageSize = 20;

/** All sites, in memory; changed after a commit. */
@injectable()
export class SiteRepository implements SiteDirectory, Sites {
  private sitesById: ReadonlyMap<string, Site> = new Map();
  private sitesByAddress: ReadonlyMap<string, Site> = new Map();
  private sorted: readonly Site[] = [];
  private readonly changed = new Emitter<void>();
  readonly onDidChange = this.changed.event;

  constructor(
    @inject(Clock) private readonly clock: Clock,
    @inject(Ids) private readonly ids: Ids,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(AuditLog) private readonly audit: AuditLog,
  ) {}

  byId(id: string): Site | undefined {
    return this.sitesById.get(id);
  }

  byAddress(address: string): Site | undefined {
    return this.sitesByAddress.get(address);
  }

  all(): readonly Site[] {
    return this.sorted;
  }

  async page({ search = '', sorting, after, before }: SitesQuery): Promise<SitesPage> {
    const patterns = searchPatterns(search);
    const { ids, ...page } = await this.unitOfWork.read((reader) =>
      readKeysetPage(reader, {
        place: {
          table: 'sites_site',
          within: { sql: '1 = 1', values: [] },
          match: {
            sql: patterns.map(() => " AND (search_text LIKE ? ESCAPE '!' OR address LIKE ? ESCAPE '!')").join(''),
            values: patterns.flatMap((pattern) => [pattern, pattern]),
          },
          read: 'search_text, address',
        },
        key: sitesOrders[sorting.order],
        direction: sorting.direction,
        after,
        before,
        limit: pageSize,
      }),
    );
    return { ...page, sites: ids.map((id) => this.byId(id)).filter((site) => site !== undefined) };
  }

  /** Reads the sites; a portal without any gets its first one. */
  async open(): Promise<void> {
    const rows = await this.unitOfWork.read((reader) => reader.repository(SiteEntity).find());
    this.keep(rows.map(siteOf));
    if (rows.length === 0) await this.add({ name: 'Home', address: 'home' });
  }

  async add(site: NewSite): Promise<Site> {
    const { name, address } = checkedSite(site);
    const entity = Object.assign(new SiteEntity(), {
      id: this.ids.next(),
      address,
      name,
      nameKey: nameSortKey(name),
      searchText: foldText(name),
      visibleTo: 'everyone',
      visibleRoles: '[]',
      createdAt: this.clock.now().toISOString(),
    });
    await this.unitOfWork.write(async (transaction) => {
      const repository = transaction.repository(SiteEntity);
      if (await repository.existsBy({ address })) throw addressTaken(address);
      await repository.insert(entity);
      transaction.afterCommit(() => this.keep([...this.sorted, siteOf(entity)]));
    });
    return siteOf(entity);
  }

  async rename(id: string, newName: string): Promise<Site> {
    const name = checkedName(newName);
    return this.unitOfWork.write(async (transaction) => {
      const known = this.byId(id);
      if (!known) throw notFound('site');
      await transaction.repository(SiteEntity).update({ id }, { name, nameKey: nameSortKey(name), searchText: foldText(name) });
      const renamed = Object.freeze({ ...known, name });
      transaction.afterCommit(() => this.keep(this.sorted.map((site) => (site.id === id ? renamed : site))));
      return renamed;
    });
  }

  async show(id: string, audience: Audience): Promise<Site> {
    return this.unitOfWork.write(async (transaction) => {
      const known = this.byId(id);
      if (!known) throw notFound('site');
      const before = known.audience ?? everyone;
      if (isSame(before, audience)) return known;
      const { visibleTo, roles } = audience;
      const change = { visibleTo, visibleRoles: JSON.stringify(roles) };
      await transaction.repository(SiteEntity).update({ id }, change);
      const entry = { area: 'sites', subject: 'permissions', attribute: 'visibleTo', scope: id, action: 'changed' };
      await this.audit.record(transaction, { ...entry, before, after: audience });
      const shown = siteOf({ ...known, ...change });
      transaction.afterCommit(() => this.keep(this.sorted.map((site) => (site.id === id ? shown : site))));
      return shown;
    });
  }

  /** Sites that are visible to a role. */
  visibleTo(role: RoleName): readonly Site[] {
    return this.sorted.filter(({ audience }) => audience?.roles.includes(role));
  }

  /** A role has another name now, or none: what was visible to it alone is then visible to administrators. */
  async replaceRole(transaction: Transaction, before: RoleName, after: RoleName | undefined): Promise<void> {
    const changed = new Map<string, Site>();
    for (const site of this.visibleTo(before)) {
      const left = site.audience?.roles.filter((role) => role !== before) ?? [];
      const roles = (after === undefined ? left : [...left, after]).sort();
      const visibleRoles = JSON.stringify(roles);
      await transaction.repository(SiteEntity).update({ id: site.id }, { visibleRoles });
      changed.set(site.id, siteOf({ ...site, visibleTo: 'roles', visibleRoles }));
    }
    transaction.afterCommit(() => this.keep(this.sorted.map((site) => changed.get(site.id) ?? site)));
  }

  private keep(sites: readonly Site[]): void {
    const keyed = sites.map((site) => ({ site, key: `${nameSortKey(site.name)}\n${site.id}` }));
    this.sorted = Object.freeze(keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ site }) => site));
    this.sitesById = new Map(sites.map((site) => [site.id, site]));
    this.sitesByAddress = new Map(sites.map((site) => [site.address, site]));
    this.changed.fire();
  }
}

type SiteFacts = Pick<SiteEntity, 'id' | 'address' | 'name' | 'visibleTo' | 'visibleRoles'>;

function siteOf({ id, address, name, visibleTo, visibleRoles }: SiteFacts): Site {
  if (visibleTo === 'everyone') return Object.freeze({ id, address, name });
  const audience: Audience = Object.freeze({ visibleTo, roles: JSON.parse(visibleRoles) as string[] });
  return Object.freeze({ id, address, name, audience });
}

const isSame = (one: Audience, other: Audience): boolean =>
  one.visibleTo === other.visibleTo && one.roles.join('\n') === other.roles.join('\n');

/** The names of roles that sites are visible to. */
@injectable()
export class SiteRoleReferences implements RoleReference {
  constructor(
    @inject(SiteRepository) private readonly sites: SiteRepository,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  async usesOf(_reader: Reader, role: RoleName, { person, locale }: AccessContext): Promise<readonly string[]> {
    const sites = this.sites.visibleTo(role);
    const seen = sites.filter((site) => !site.audience || this.contexts.for(person, site).isAmong(site.audience));
    const count = sites.length - seen.length;
    return [
      ...(count > 0 ? [this.messages.text('sites.visible-to-role-unseen', { count }, locale)] : []),
      ...seen.map(({ name }) => this.messages.text('sites.visible-to-role', { site: name }, locale)),
    ].slice(0, 20);
  }

  renamed(transaction: Transaction, before: RoleName, after: RoleName): Promise<void> {
    return this.sites.replaceRole(transaction, before, after);
  }

  removed(transaction: Transaction, role: RoleName): Promise<void> {
    return this.sites.replaceRole(transaction, role, undefined);
  }
}

@injectable()
export class DemoSites implements DemoContent {
  constructor(@inject(SiteRepository) private readonly sites: SiteRepository) {}

  async seed(): Promise<readonly string[]> {
    if (!this.sites.byAddress('guide')) await this.sites.add({ name: 'Guide', address: 'guide' });
    return [];
  }
}

@injectable()
export class SitesStart implements Activity {
  constructor(@inject(SiteRepository) private readonly sites: SiteRepository) {}

  onStart(): Promise<void> {
    return this.sites.open();
  }
}
