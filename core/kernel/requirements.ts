import type { ModuleRecord } from './module-record.js';
import type { PointRegistry } from './point-registry.js';
import type { ServiceEntry, ServiceRegistry } from './service-registry.js';
import { satisfiesRange } from './version.js';

/** What a module requires, as it stands now. */
export interface Needs {
  readonly services: readonly ServiceEntry[];
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
    const uses = new Set<string>();
    const missing: string[] = [];
    for (const [id, range] of Object.entries(record.module.manifest.requires ?? {})) {
      const entry = this.services.best(id, range);
      const by = entry?.module ?? this.activeHost(id, range);
      if (entry !== undefined) services.push(entry);
      if (by === undefined) missing.push(id);
      else uses.add(by);
    }
    return { services, uses, missing };
  }

  /** Whether one of the others offers something that a module requires. */
  offeredBy(record: ModuleRecord, others: readonly ModuleRecord[]): boolean {
    const required = Object.entries(record.module.manifest.requires ?? {});
    return others.some((other) => other !== record && required.some(([id, range]) => offers(other.module.manifest, id, range)));
  }

  /** Why a module waits: a chain, the nearest reason first. */
  explain(record: ModuleRecord, seen: ReadonlySet<string> = new Set()): string[] {
    return this.of(record).missing.flatMap((id) => {
      const range = record.module.manifest.requires?.[id] ?? '*';
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
