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

  /** A module that comes while the portal is open: what was decided about it before counts again. */
  adopt(record: ModuleRecord): void {
    const { id, isNeeded } = record;
    if (this.foreign.includes(id) && !isNeeded) record.wanted = false;
    if (this.foreign.includes(`+${id}`)) record.wanted = true;
    this.foreign = this.foreign.filter((entry) => entry !== id && entry !== `+${id}`);
  }

  /** A module that has gone. @param decided whether what was decided about it is remembered. */
  release(record: ModuleRecord, decided: boolean): void {
    if (decided) this.foreign = [...this.foreign, ...entryOf(record)];
  }

  /** Kept before it counts: when the store fails, nothing has changed. Decisions about modules that are not installed now stay. */
  async set(record: ModuleRecord, wanted: boolean, records: Iterable<ModuleRecord>): Promise<void> {
    const before = record.wanted;
    record.wanted = wanted;
    try {
      await this.store.save([...[...records].flatMap(entryOf), ...this.foreign].sort());
    } catch (error) {
      record.wanted = before;
      throw error;
    }
  }
}

function entryOf({ id, wanted, module }: ModuleRecord): string[] {
  const byDefault = module.manifest.enabledByDefault ?? true;
  if (wanted === undefined || wanted === byDefault) return [];
  return [wanted ? `+${id}` : id];
}
