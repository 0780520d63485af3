import { type Disposable, type ServiceHandle, toDisposable } from '../api/index.js';
import { satisfiesRange } from './version.js';

/** One offer of a service by one provider. */
export interface ServiceEntry {
  readonly id: string;
  readonly version: string;
  readonly module: string;
  readonly ranking: number;
  /** Grows with each start: among equals the oldest wins. */
  readonly age: number;
  readonly service: unknown;
}

/** The services that are there now, best first. */
export class ServiceRegistry {
  private readonly entries = new Map<string, readonly ServiceEntry[]>();
  private changes = 0;

  get size(): number {
    let count = 0;
    for (const offered of this.entries.values()) count += offered.length;
    return count;
  }

  add(entry: ServiceEntry): Disposable {
    const before = this.entries.get(entry.id) ?? [];
    this.put(
      entry.id,
      [...before, entry].sort((a, b) => b.ranking - a.ranking || a.age - b.age),
    );
    return toDisposable(() =>
      this.put(
        entry.id,
        (this.entries.get(entry.id) ?? []).filter((other) => other !== entry),
      ),
    );
  }

  /** The highest ranking, then the oldest, of those in the range. */
  best(id: string, range = '*'): ServiceEntry | undefined {
    return this.entries.get(id)?.find((entry) => satisfiesRange(entry.version, range));
  }

  /** Answers what is best at the moment of asking. */
  handle<T>(id: string, range = '*'): ServiceHandle<T> {
    let seen = -1;
    let best: T | undefined;
    return {
      get: () => {
        if (seen !== this.changes) {
          seen = this.changes;
          best = this.best(id, range)?.service as T | undefined;
        }
        return best;
      },
    };
  }

  private put(id: string, offered: readonly ServiceEntry[]): void {
    this.changes += 1;
    if (offered.length === 0) this.entries.delete(id);
    else this.entries.set(id, offered);
  }
}
