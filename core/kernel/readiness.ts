import type { Event, Log, ModuleChange, ModuleStatus } from '../api/index.js';
import { startIdleTimeout } from './idle-timeout.js';
import type { ModuleRecord } from './module-record.js';

interface Dependencies {
  readonly records: ReadonlyMap<string, ModuleRecord>;
  readonly log: Log;
  readonly onDidChange: Event<ModuleChange>;
  readonly statusOf: (record: ModuleRecord) => ModuleStatus;
  /** For how long nothing may have moved before the portal opens without those that still start; undefined: it waits for all. */
  readonly idleTimeoutMillis: number | undefined;
}

/** When the portal may open: all modules have settled, or only such are still starting as it can do without. */
export class Readiness {
  constructor(private readonly dependencies: Dependencies) {}

  /**
   * Waits until the portal may open.
   * @param settled ends when all modules have settled, with the one that is missing
   * @returns the module that must be there and is not; undefined when none is missing
   */
  async reached(settled: Promise<ModuleStatus | undefined>): Promise<ModuleStatus | undefined> {
    const { onDidChange, idleTimeoutMillis } = this.dependencies;
    if (idleTimeoutMillis === undefined) return settled;
    let open: () => void = () => {};
    const idle = new Promise<void>((resolve) => {
      open = resolve;
    });
    const timeout = startIdleTimeout(idleTimeoutMillis, () => {
      if (this.missing() === undefined) open();
    });
    const listening = onDidChange(() => timeout.restart());
    try {
      return await Promise.race([settled, idle.then(() => this.tellOfLate(settled))]);
    } finally {
      void timeout.dispose();
      void listening.dispose();
    }
  }

  /** The module that must be there and is not, one that failed before others. */
  missing(): ModuleStatus | undefined {
    const missed = [...this.dependencies.records.values()].filter(
      ({ isNeeded, leftOut, state }) => isNeeded && !leftOut && state !== 'active' && state !== 'disabled',
    );
    const first = missed.find(({ state }) => state === 'failed') ?? missed[0];
    return first && this.dependencies.statusOf(first);
  }

  private tellOfLate(settled: Promise<unknown>): undefined {
    const { records, log } = this.dependencies;
    for (const { id, state, run } of records.values())
      if (state === 'starting')
        log.warn('A module has not started yet; the portal opens without it.', { module: id, step: run?.step });
    settled.catch((error: unknown) => log.error('The start of the modules was not brought to its end.', { error }));
  }
}
