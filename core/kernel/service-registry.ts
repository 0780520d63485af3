import { type Disposable, type ServiceHandle, toDisposable } from '../api/index.js';
import { satisfiesRange } from './version.js';

/** One offer of a service by one provider, or what a module put before the offer of another. */
export interface ServiceEntry {
  readonly id: string;
  readonly version: string;
  readonly module: string;
  readonly ranking: number;
  /** Grows with each start: among equals the oldest wins. */
  readonly age: number;
  readonly service: unknown;
  /** Of a decorator: what it was given, and where it stands among others that decorate the same service. */
  readonly decorates?: { readonly former: ServiceEntry; readonly order: number };
}

/** Where a decorator stands: those of a lower order are nearer to the service, among equals by the id of the module. */
export interface DecoratorPlace {
  readonly module: string;
  readonly order: number;
}

/** The services that are there now, best first, and what decorates them, the nearest first. */
export class ServiceRegistry {
  private readonly offers = new Map<string, readonly ServiceEntry[]>();
  private readonly decorators = new Map<string, readonly ServiceEntry[]>();
  private changes = 0;

  get size(): number {
    let count = 0;
    for (const entries of [...this.offers.values(), ...this.decorators.values()]) count += entries.length;
    return count;
  }

  add(entry: ServiceEntry): Disposable {
    const { id } = entry;
    const [entries, order] = entry.decorates
      ? ([this.decorators, (a: ServiceEntry, b: ServiceEntry) => byPlace(placeOf(a), placeOf(b))] as const)
      : ([this.offers, (a: ServiceEntry, b: ServiceEntry) => b.ranking - a.ranking || a.age - b.age] as const);
    this.put(entries, id, [...(entries.get(id) ?? []), entry].sort(order));
    return toDisposable(() =>
      this.put(
        entries,
        id,
        (entries.get(id) ?? []).filter((other) => other !== entry),
      ),
    );
  }

  /**
   * The highest ranking, then the oldest, of those in the range, with all that decorates it.
   * @param asking a module; what it offers itself is not offered to it.
   */
  best(id: string, range = '*', asking?: string): ServiceEntry | undefined {
    return this.decorated(this.offer(id, range, asking), this.decorators.get(id) ?? []);
  }

  /** What a decorator at this place is given. */
  former(id: string, range: string, place: DecoratorPlace): ServiceEntry | undefined {
    const nearer = (this.decorators.get(id) ?? []).filter((other) => byPlace(placeOf(other), place) < 0);
    return this.decorated(this.offer(id, range, place.module), nearer);
  }

  /** The module whose offer is the best now. */
  providerOf(id: string): string | undefined {
    return this.offers.get(id)?.[0]?.module;
  }

  /** Ids of the modules that decorate what a module offers, the nearest first. */
  decoratorsOf(id: string, module: string): readonly string[] {
    const known = this.decorators.get(id) ?? [];
    return known.filter((each) => originOf(each).module === module).map((each) => each.module);
  }

  /** Answers what is best at the moment of asking. */
  handle<T>(id: string, range = '*', asking?: string): ServiceHandle<T> {
    let seen = -1;
    let best: T | undefined;
    return {
      get: () => {
        if (seen !== this.changes) {
          seen = this.changes;
          best = this.best(id, range, asking)?.service as T | undefined;
        }
        return best;
      },
    };
  }

  private offer(id: string, range: string, asking?: string): ServiceEntry | undefined {
    return this.offers.get(id)?.find((entry) => entry.module !== asking && satisfiesRange(entry.version, range));
  }

  /** One that was given something else is about to be started again, and is passed over until then. */
  private decorated(offer: ServiceEntry | undefined, decorators: readonly ServiceEntry[]): ServiceEntry | undefined {
    return decorators.reduce((inner, outer) => (outer.decorates?.former === inner ? outer : inner), offer);
  }

  private put(entries: Map<string, readonly ServiceEntry[]>, id: string, now: readonly ServiceEntry[]): void {
    this.changes += 1;
    if (now.length === 0) entries.delete(id);
    else entries.set(id, now);
  }
}

const placeOf = ({ module, decorates }: ServiceEntry): DecoratorPlace => ({ module, order: decorates?.order ?? 0 });

const byPlace = (a: DecoratorPlace, b: DecoratorPlace): number =>
  a.order - b.order || (a.module < b.module ? -1 : a.module > b.module ? 1 : 0);

/** The offer below all that decorates it. */
function originOf(entry: ServiceEntry): ServiceEntry {
  return entry.decorates ? originOf(entry.decorates.former) : entry;
}
