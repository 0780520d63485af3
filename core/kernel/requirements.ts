import type { ModuleStatus } from '../api/index.js';
import type { ModuleRecord } from './module-record.js';
import type { PointRegistry } from './point-registry.js';
import type { ServiceEntry, ServiceRegistry } from './service-registry.js';
import { satisfiesRange } from './version.js';

/** What a module requires, as it stands now. */
export interface Needs {
  readonly services: readonly ServiceEntry[];
  /** Of those that it decorates: what it has been given, or the offer of now while it is not active. */
  readonly formers: readonly ServiceEntry[];
  /** Modules that answer a requirement. */
  readonly uses: ReadonlySet<string>;
  /** Ids of requirements that nobody answers now. */
  readonly missing: readonly string[];
}

/** Looks requirements up among what is there, and explains what is not. */
export class Requirements {
  constructor(
    private readonly records: ReadonlyMap<string, ModuleRecord>,
    private readonly services: ServiceRegistry,
    private readonly points: PointRegistry,
  ) {}

  of(record: ModuleRecord): Needs {
    const services: ServiceEntry[] = [];
    const formers: ServiceEntry[] = [];
    const uses = new Set<string>();
    const missing: string[] = [];
    const { requires = {}, decorates = {} } = record.module.manifest;
    for (const [id, range] of Object.entries(decorates)) {
      const order = record.run?.orderOf(id);
      const place = { module: record.id, order: order ?? Number.NEGATIVE_INFINITY };
      const entry = this.services.former(id, range, place);
      if (entry === undefined) missing.push(id);
      else {
        formers.push(entry);
        uses.add(entry.module);
      }
    }
    for (const [id, range] of Object.entries(requires)) {
      const entry = this.services.best(id, range, record.id);
      const by = entry?.module ?? this.activeHost(id, range);
      if (entry !== undefined) services.push(entry);
      if (by === undefined) missing.push(id);
      else uses.add(by);
    }
    return { services, formers, uses, missing };
  }

  /** Ids of the modules that need what one offers, near or far, whatever runs now; sorted. */
  dependentsOf(id: string): readonly string[] {
    const found = new Set([id]);
    // A set is walked in the order of its growth, so that what is added is visited too.
    for (const each of found) {
      const { provides = {}, hosts = {} } = this.records.get(each)?.module.manifest ?? {};
      for (const { id: other, module } of this.records.values()) {
        const { requires = {}, decorates = {} } = module.manifest;
        if (Object.keys({ ...requires, ...decorates }).some((needed) => needed in provides || needed in hosts)) found.add(other);
      }
    }
    found.delete(id);
    return [...found].sort();
  }

  /** Those of its services before which others stand now. */
  decorated({ id, module }: ModuleRecord): ModuleStatus['decorated'] {
    return Object.keys(module.manifest.provides ?? {})
      .map((service) => ({ service, by: this.services.decoratorsOf(service, id) }))
      .filter(({ by }) => by.length > 0);
  }

  /** Whether one of the others offers something that a module requires. */
  offeredBy(record: ModuleRecord, others: readonly ModuleRecord[]): boolean {
    const { requires = {}, decorates = {} } = record.module.manifest;
    const required = Object.entries({ ...requires, ...decorates });
    // Those that decorate the same do not wait for each other: who stands before whom is known when they have started.
    return others
      .filter((other) => other !== record)
      .some(({ module: { manifest } }) =>
        required.some(([id, range]) => offers(manifest, id, range) || (id in (manifest.decorates ?? {}) && !(id in decorates))),
      );
  }

  /** Why a module waits: a chain, the nearest reason first. */
  explain(record: ModuleRecord, seen: ReadonlySet<string> = new Set()): string[] {
    return this.of(record).missing.flatMap((id) => {
      const range = record.module.manifest.requires?.[id] ?? record.module.manifest.decorates?.[id] ?? '*';
      const offering = [...this.records.values()].filter(({ module }) => offers(module.manifest, id, range));
      if (offering.length === 0) return [`Needs ${id} ${range}, which nothing installed offers.`];
      return offering.flatMap((other) => {
        const deeper = other.state === 'waiting' && !seen.has(other.id) ? this.explain(other, new Set([...seen, record.id])) : [];
        return [`Needs ${id}, which ${other.id} offers; ${other.id} is ${other.state}.`, ...deeper];
      });
    });
  }

  /** A point counts from when its host is active, not from when it is being made. */
  private activeHost(point: string, range: string): string | undefined {
    const view = this.points.view(point);
    if (view === undefined || !satisfiesRange(view.version, range)) return undefined;
    return view.host === 'core' || this.records.get(view.host)?.state === 'active' ? view.host : undefined;
  }
}

function offers(
  { provides = {}, hosts = {} }: { provides?: Readonly<Record<string, string>>; hosts?: Readonly<Record<string, string>> },
  id: string,
  range: string,
): boolean {
  const version = provides[id] ?? hosts[id];
  return version !== undefined && satisfiesRange(version, range);
}
