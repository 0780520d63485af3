import {
  type AccessContext,
  AccessContexts,
  type Activity,
  type Audience,
  type AuditEntry,
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
import { SiteEntity, type SiteFacts, type SiteState, siteOf } from '../entities/site-entity.js';
import { addressTaken, checkedName, checkedSite, isSame, type NewSite } from './site-rules.js';

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
type Told = Omit<AuditEntry, 'area' | 'subject' | 'scope'>;

/** All sites, in memory; changed after a commit. */
@injectable()
export class SiteRepository implements SiteDirectory, Sites {
  private rows: ReadonlyMap<string, SiteFacts> = new Map();
  private sitesById: ReadonlyMap<string, Site> = new Map();
  private sitesByAddress: ReadonlyMap<string, Site> = new Map();
  private sorted: readonly Site[] = [];
  private away: readonly SiteAway[] = [];
  private readonly didChange = new Emitter<void>();
  readonly onDidChange = this.didChange.event;

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

  trashed(): readonly Site[] {
    return this.away.filter(({ state }) => state !== 'archived').map(({ site }) => site);
  }

  /** Sites that no list has: archived, in the trash, or about to be erased; by name. */
  allAway(): readonly SiteAway[] {
    return this.away;
  }

  awayById(id: string): SiteAway | undefined {
    return this.away.find(({ site }) => site.id === id);
  }

  async page({ search = '', sorting, after, before }: SitesQuery): Promise<SitesPage> {
    const patterns = searchPatterns(search);
    const { ids, ...page } = await this.unitOfWork.read((reader) =>
      readKeysetPage(reader, {
        place: {
          table: 'sites_site',
          within: { sql: "state = 'active'", values: [] },
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
    this.keep(rows);
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
      state: 'active',
      stateSince: null,
      createdAt: this.clock.now().toISOString(),
    });
    await this.unitOfWork.write(async (transaction) => {
      const repository = transaction.repository(SiteEntity);
      const other = await repository.findOneBy({ address });
      if (other) throw addressTaken(address, other.state);
      await repository.insert(entity);
      await this.record(transaction, entity, { action: 'added', after: { name } });
      transaction.afterCommit(() => this.keep([...this.rows.values(), entity]));
    });
    return siteOf(entity);
  }

  async rename(id: string, newName: string): Promise<Site> {
    const name = checkedName(newName);
    return this.unitOfWork.write(async (transaction) => {
      const known = this.byId(id);
      if (!known) throw notFound('site');
      await transaction.repository(SiteEntity).update({ id }, { name, nameKey: nameSortKey(name), searchText: foldText(name) });
      const told = { attribute: 'name', action: 'changed', before: known.name, after: name };
      if (known.name !== name) await this.record(transaction, known, told);
      return this.changed(transaction, id, { name });
    });
  }

  private record(transaction: Transaction, { id, address }: Pick<Site, 'id' | 'address'>, entry: Told): Promise<void> {
    return this.audit.record(transaction, { area: 'sites', subject: address, scope: id, ...entry });
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
      await this.record(transaction, known, { attribute: 'visibility', action: 'changed', before, after: audience });
      return this.changed(transaction, id, change);
    });
  }

  /** Sites that are visible to a role, those in the archive and the trash too. */
  visibleTo(role: RoleName): readonly Site[] {
    return [...this.rows.values()].map(siteOf).filter(({ audience }) => audience?.roles.includes(role));
  }

  /** A role has another name now, or none: what was visible to it alone is then visible to administrators. */
  async replaceRole(transaction: Transaction, before: RoleName, after: RoleName | undefined): Promise<void> {
    for (const { id, audience } of this.visibleTo(before)) {
      const left = audience?.roles.filter((role) => role !== before) ?? [];
      const visibleRoles = JSON.stringify((after === undefined ? left : [...left, after]).sort());
      await transaction.repository(SiteEntity).update({ id }, { visibleRoles });
      this.changed(transaction, id, { visibleRoles });
    }
  }

  /** Puts a site into another state with the caller's transaction. */
  async setState(transaction: Transaction, id: string, state: SiteState): Promise<Site> {
    const change = { state, stateSince: this.clock.now().getTime() };
    const { affected } = await transaction.repository(SiteEntity).update({ id }, change);
    if (affected === 0) throw notFound('site');
    return this.changed(transaction, id, change);
  }

  /** Forgets a site with the caller's transaction. Its address is free then. */
  async remove(transaction: Transaction, id: string): Promise<void> {
    await transaction.repository(SiteEntity).delete({ id });
    transaction.afterCommit(() => this.keep([...this.rows.values()].filter((row) => row.id !== id)));
  }

  /** What a site is after the commit, which puts it into memory. */
  private changed(transaction: Transaction, id: string, change: Partial<SiteFacts>): Site {
    const now = (): SiteFacts => {
      const row = this.rows.get(id);
      if (!row) throw notFound('site');
      return { ...row, ...change };
    };
    transaction.afterCommit(() => this.keep([...this.rows.values()].map((row) => (row.id === id ? now() : row))));
    return siteOf(now());
  }

  private keep(rows: readonly SiteFacts[]): void {
    const keyed = rows.map((row) => ({ row, site: siteOf(row), key: `${nameSortKey(row.name)}\n${row.id}` }));
    keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
    const there = keyed.filter(({ row }) => row.state === 'active' || row.state === 'archived').map(({ site }) => site);
    this.rows = new Map(rows.map((row) => [row.id, row]));
    this.sorted = Object.freeze(there.filter(({ isArchived }) => !isArchived));
    this.sitesById = new Map(there.map((site) => [site.id, site]));
    this.sitesByAddress = new Map(there.map((site) => [site.address, site]));
    this.away = keyed.flatMap(({ row: { state, stateSince }, site }) =>
      state === 'active' ? [] : [{ site, state, since: new Date(Number(stateSince)) }],
    );
    this.didChange.fire();
  }
}

/** A site that no list has. */
export interface SiteAway {
  readonly site: Site;
  readonly state: Exclude<SiteState, 'active'>;
  readonly since: Date;
}

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
