import { pathToFileURL } from 'node:url';
import { type ModuleDefinition, type ModuleState, type ModuleStatus, PortalError } from '../api/index.js';
import { runInModule } from './attribution.js';
import { DeprecatedUses } from './deprecated-uses.js';
import type { LeftOut } from './left-out.js';
import type { InstalledModule } from './manifest-reader.js';
import type { GateState } from './module-gate.js';
import type { ModuleRun } from './module-run.js';

/** What the portal knows about a module: what was decided, and what has happened to it. */
export class ModuleRecord {
  state: ModuleState = 'installed';
  /** Why it cannot run whatever happens; undefined when it can. */
  unresolved: readonly string[] | undefined;
  /** An operator stopped it, until started again. */
  stopped = false;
  /** An operator's decision that outlives restarts; undefined leaves it to the manifest. */
  wanted: boolean | undefined;
  /** Why this start leaves it out, until an operator starts it. */
  leftOut: LeftOut | undefined;
  failed = false;
  failure: ModuleStatus['failure'];
  /** What was thrown, for who has to say where. */
  failureCause: unknown;
  /** Why its tables are not as they were, as a clause: a change of it could not be taken back. Holds as long as the process. */
  unfinished: string | undefined;
  startMillis: number | undefined;
  run: ModuleRun | undefined;
  /** Modules whose services or points this start lives on. */
  uses: ReadonlySet<string> = new Set();
  readonly deprecatedUses = new DeprecatedUses();
  private definition: Promise<ModuleDefinition> | undefined;
  /** How often the code was given up for newer code. */
  private version = 0;

  constructor(readonly module: InstalledModule) {}

  get id(): string {
    return this.module.id;
  }

  /** Whether the portal cannot open without it. */
  get isNeeded(): boolean {
    return this.module.manifest.onFailure === 'stop-portal';
  }

  /** Whether it shall be on, as far as operators and the manifest say. */
  get switchedOn(): boolean {
    return this.wanted ?? this.module.manifest.enabledByDefault ?? true;
  }

  /** Loads the code, once per process unless it is given up in between. */
  load(): Promise<ModuleDefinition> {
    this.definition ??= runInModule(this.id, () => importModule(this.module.entry, this.version));
    this.definition.catch(() => {});
    return this.definition;
  }

  /** The next start loads the code as it is then. What the module shares with others needs a new process: see `development/module-hooks.ts`. */
  forgetCode(): void {
    this.definition = undefined;
    this.version += 1;
  }

  /** What the gate must know. @param isChanging whether a change of some module is under way, which this one may follow. */
  gateState(isChanging: boolean): GateState {
    const { state, run, unresolved } = this;
    const stopped = this.stopped || this.leftOut !== undefined;
    const between = state === 'starting' || state === 'stopping';
    const mayCome = state !== 'failed' && unresolved === undefined && isChanging;
    return { state, moving: between || mayCome, stopped, requests: run?.requests };
  }

  /** @throws PortalError `module-unfinished` (409) */
  assertFinished(): void {
    if (this.unfinished !== undefined) throw unfinishedError(this.id, this.module.version, this.unfinished);
  }

  /** A fresh try: what went wrong before does not count any more. */
  forgive(): void {
    this.stopped = false;
    this.failed = false;
    this.failure = undefined;
    this.failureCause = undefined;
  }
}

/** @param why as a clause. */
export function unfinishedError(id: string, version: string, why: string, cause?: unknown): PortalError {
  const message = `${id} ${version} does not run now: ${why}; its tables are put back at the next start of the portal.`;
  return new PortalError('module-unfinished', message, { status: 409, expose: true, details: { module: id }, cause });
}

async function importModule(entry: string, version: number): Promise<ModuleDefinition> {
  const address = pathToFileURL(entry).href + (version > 0 ? `?version=${version}` : '');
  const loaded = (await import(address)) as { default?: Partial<ModuleDefinition> };
  if (!Array.isArray(loaded.default?.parts)) throw new Error(`${entry} must export defineModule(...) as its default.`);
  return loaded.default as ModuleDefinition;
}
