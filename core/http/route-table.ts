import {
  type AccessContext,
  type Addresses,
  type ConditionalContributions,
  type Contribution,
  type FoundAddress,
  type HttpRoutes,
  type Lifetime,
  type Log,
  type MessageCatalog,
  PortalError,
} from '../api/index.js';
import { type Match, Mount, noParams } from './mount.js';
import { isUnder, segmentOf } from './segment.js';

/** A mount that knows a path, and what it has for it. */
export interface Found {
  readonly mount: Mount;
  readonly match: Match;
}

/** Where a request is to be looked for. */
export interface RouteScope {
  readonly site: boolean;
  readonly segment: string;
  /** Without the part that names the site. */
  readonly path: string;
}

/**
 * Who serves which first segment, kept in step with what modules contribute. Koa cannot take routes away; this table can.
 * A first segment belongs to one module: the one that declares it or that it is named after, whether it runs or not, else the first that comes. Another one that wants it is refused,
 * and gets it when the owner is gone. A manifest may declare a prefix within the segment of another module: it is its module's, unless
 * the other serves addresses there itself.
 */
export class RouteTable implements Addresses {
  private readonly mounts = new Map<string, Mount>();
  private bySegment: readonly ReadonlyMap<string, readonly Mount[]>[] = [new Map(), new Map()];
  private readonly refused = new Set<string>();
  /** What was found for paths without parameters: no more than there are routes. */
  private readonly writtenOut = new Map<string, readonly Found[]>();
  /** Who had a segment last: a stopped module's pages say "not now", not "never heard of". */
  private readonly lastOwners = new Map<string, string>();
  /** Declared prefixes by the first segment they lie in, with the longest first; kept when their module stops. */
  private readonly declared: readonly Map<string, readonly string[]>[] = [new Map(), new Map()];

  constructor(
    private readonly contributions: ConditionalContributions<HttpRoutes>,
    private readonly messages: MessageCatalog,
    private readonly log: Log,
    lifetime: Lifetime,
    private readonly prefixesOf: (moduleId: string) => readonly string[] = () => [],
    private readonly reservedFor: (prefix: string) => string | undefined = () => undefined,
    private readonly strictAnswers = false,
  ) {
    this.add(contributions.all());
    lifetime.add(
      contributions.onDidChange(({ added, removed }) => {
        for (const contribution of removed) {
          this.mounts.delete(keyOf(contribution));
          this.refused.delete(keyOf(contribution));
        }
        const again = removed.length === 0 ? [] : this.contributions.all().filter((one) => this.refused.has(keyOf(one)));
        const retried = again.filter((one) => !added.includes(one));
        this.add([...retried, ...added]);
      }),
    );
  }

  /** The module whose pages are in this place, now or before it stopped; undefined when nobody's ever were. */
  ownerOf(place: RouteScope): string | undefined {
    const segment = this.segmentOf(place);
    return this.at(place.site, segment)[0]?.module ?? this.lastOwners.get(scopeKeyOf(place.site, segment));
  }

  /**
   * What there is for a path: at most one route, and before it mounts that know the path by other methods only. Which of them is there
   * for this person, the dispatcher asks.
   */
  matches(place: RouteScope, method: string, path: string): Iterable<Found> {
    return this.writtenOut.get(`${place.site} ${method} ${path}`) ?? this.search(place, method, path);
  }

  private *search(place: RouteScope, method: string, path: string): Generator<Found> {
    const mounts = this.at(place.site, this.segmentOf(place));
    for (const mount of mounts) {
      const match = mount.match(method, path);
      if (!match) continue;
      if (match.route && match.params === noParams)
        this.writtenOut.set(
          `${place.site} ${method} ${path}`,
          mounts.flatMap((each) => {
            const found = each.match(method, path);
            return found ? [{ mount: each, match: found }] : [];
          }),
        );
      yield { mount, match };
    }
  }

  find(path: string, access: AccessContext): FoundAddress | undefined {
    const place = { site: access.site !== undefined, segment: segmentOf(path), path };
    const there = [...this.matches(place, 'GET', path)].filter(({ mount }) => this.isThere(mount, access));
    const found = there.find(({ match }) => match.route) ?? there[0];
    return found && { module: found.mount.module, access: found.match.route?.declaration.access };
  }

  /** Whether a person may open the front page of the site that they are on. */
  opensFrontPage(access: AccessContext): boolean {
    for (const { mount, match } of this.matches({ site: true, segment: '', path: '/' }, 'GET', '/')) {
      const allowed = match.route?.declaration.access;
      if (allowed === undefined || !this.isThere(mount, access)) continue;
      return allowed === 'public' || (allowed === 'signed-in' ? access.person !== undefined : access.can(allowed.permission));
    }
    return false;
  }

  /** Whether the `when` of a mount holds. One without asks nothing. */
  isThere({ contribution }: Mount, access: AccessContext): boolean {
    return contribution.when === undefined || this.contributions.isVisible(contribution, access);
  }

  private at(site: boolean, segment: string): readonly Mount[] {
    return this.bySegment[site ? 1 : 0]?.get(segment) ?? noMounts;
  }

  /** The declared prefix that a path lies in, else its first segment. */
  private segmentOf({ site, segment, path }: RouteScope): string {
    const within = this.declared[site ? 1 : 0]?.get(segment);
    return within?.find((prefix) => isUnder(path, `/${prefix}`)) ?? segment;
  }

  /** Adds a declared prefix to those that are known; a mount that serves such addresses itself takes them back. */
  private declare(mount: Mount): void {
    const bySegment = this.declared[mount.site ? 1 : 0] as Map<string, readonly string[]>;
    const first = segmentOf(`/${mount.segment}`);
    const known = bySegment.get(first) ?? [];
    const next = mount.declared
      ? [...new Set([...known, mount.segment])].sort((left, right) => right.length - left.length)
      : known.filter((prefix) => !mount.hasRouteUnder(`/${prefix}`));
    if (next.length > 0) bySegment.set(first, next);
    else bySegment.delete(first);
  }

  private add(added: readonly Contribution<HttpRoutes>[]): void {
    this.contributions.each((_, contribution) => this.mount(contribution), added);
    const next = [new Map<string, Mount[]>(), new Map<string, Mount[]>()];
    for (const mount of this.mounts.values()) {
      const table = next[mount.site ? 1 : 0] as Map<string, Mount[]>;
      const present = table.get(mount.segment);
      if (present) present.push(mount);
      else table.set(mount.segment, [mount]);
      this.declare(mount);
      this.lastOwners.set(scopeKeyOf(mount.site, mount.segment), mount.module);
    }
    this.bySegment = next;
    this.writtenOut.clear();
  }

  /** What it throws is counted as the contribution's own trouble; the log says so too. */
  private mount(contribution: Contribution<HttpRoutes>): void {
    const key = keyOf(contribution);
    try {
      const { module } = contribution;
      const mount = new Mount(
        contribution,
        this.messages.for(module),
        this.messages.for('core'),
        this.prefixesOf(module),
        this.strictAnswers,
      );
      const first = segmentOf(`/${mount.segment}`);
      const owner = first === '' ? undefined : this.reservedFor(`${mount.site ? '~' : ''}/${first}`);
      if (owner !== undefined && owner !== module && !mount.declared) throw clash(mount, owner);
      const rivals = [...this.mounts].filter(([, other]) => clashes(mount, other));
      const rival = rivals[0]?.[1];
      if (rival && mount.module !== (owner ?? first)) {
        this.refused.add(key);
        throw clash(mount, rival.module);
      }
      for (const [rivalKey, other] of rivals) this.displace(rivalKey, clash(other, mount.module));
      this.refused.delete(key);
      this.mounts.set(key, mount);
    } catch (error) {
      this.log.error('Routes were refused.', { module: contribution.module, contribution: contribution.id, error });
      throw error;
    }
  }

  /** The module that a segment is named after has come: whoever filled in gives way, and is told so. */
  private displace(key: string, error: PortalError): void {
    this.mounts.delete(key);
    this.refused.add(key);
    this.log.error('Routes were refused.', { contribution: key, error });
    this.contributions.each(
      () => {
        throw error;
      },
      this.contributions.all().filter((one) => keyOf(one) === key),
    );
  }
}

function clashes(mount: Mount, other: Mount): boolean {
  if (other.module === mount.module || other.site !== mount.site) return false;
  return other.segment === mount.segment || takes(mount, other) || takes(other, mount);
}

/** Whether a declared prefix would take addresses from another module that serves them itself. */
function takes({ declared, segment }: Mount, other: Mount): boolean {
  return declared && other.hasRouteUnder(`/${segment}`);
}

function clash(refused: Mount, owner: string): PortalError {
  const place = `${refused.site ? '~' : ''}/${refused.segment}`;
  return new PortalError('route-clash', `${place} of module ${refused.module} belongs to module ${owner} already.`);
}

const noMounts: readonly Mount[] = [];

function keyOf(contribution: Contribution<HttpRoutes>): string {
  return `${contribution.module}/${contribution.id}`;
}

function scopeKeyOf(site: boolean, segment: string): string {
  return (site ? '~/' : '/') + segment;
}
