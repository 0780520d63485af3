import type { ModuleRecord } from './module-record.js';

/**
 * Keeps what operators decided about modules over restarts: `id` for a module that is off, `+id` for one that is on
 * although its manifest leaves it off.
 */
export interface SwitchStore {
  load(): Promise<readonly string[]>;
  save(ids: readonly string[]): Promise<void>;
}

const inMemory: SwitchStore = { load: async () => [], save: async () => {} };

/** The decisions of operators, in the records and in the store. */
export class ModuleSwitches {
  /** Decisions about modules that were not there when they were read, or have gone; those of modules that are there count no more. */
  private foreign: readonly string[] = [];

  constructor(private readonly store: SwitchStore = inMemory) {}

  async load(records: Iterable<ModuleRecord>): Promise<void> {
    const unknown = new Set(await this.store.load());
    for (const record of records) {
      // One that is needed may have been disabled once, when that was allowed: nobody could sign in to enable it again.
      if (unknown.delete(record.id) && !record.isNeeded) record.wanted = false;
      if (unknown.delete(`+${record.id}`)) record.wanted = true;
    }
    this.foreign = [...unknown];
  }

  /** A module that may come while the portal is open: what was decided about it before counts again, and is kept until it is decided anew. */
  adopt(record: ModuleRecord): void {
    const { id, isNeeded } = record;
    if (this.foreign.includes(id) && !isNeeded) record.wanted = false;
    if (this.foreign.includes(`+${id}`)) record.wanted = true;
  }

  /** A module that has gone. @param decided whether what was decided about it is remembered. */
  release(record: ModuleRecord, decided: boolean): void {
    const others = this.foreign.filter((entry) => moduleOf(entry) !== record.id);
    this.foreign = decided ? [...others, ...entryOf(record)] : others;
  }

  /** Nothing that was decided about a module that is not there counts any more. */
  forget(id: string): void {
    this.foreign = this.foreign.filter((entry) => moduleOf(entry) !== id);
  }

  /** Kept before it counts: when the store fails, nothing has changed. Decisions about modules that are not installed now stay. */
  async set(record: ModuleRecord, wanted: boolean, records: Iterable<ModuleRecord>): Promise<void> {
    const before = record.wanted;
    record.wanted = wanted;
    try {
      const here = [...records];
      const elsewhere = this.foreign.filter((entry) => !here.some(({ id }) => id === moduleOf(entry)));
      await this.store.save([...here.flatMap(entryOf), ...elsewhere].sort());
    } catch (error) {
      record.wanted = before;
      throw error;
    }
  }
}

const moduleOf = (entry: string): string => entry.replace(/^\+/, '');

function entryOf({ id, wanted, module }: ModuleRecord): string[] {
  const byDefault = module.manifest.enabledByDefault ?? true;
  if (wanted === undefined || wanted === byDefault) return [];
  return [wanted ? `+${id}` : id];
}
