import type { Clock } from '../api/index.js';
import {
  type Disposable,
  Emitter,
  type FlagChange,
  type FlagLink,
  type FlagState,
  type Flags,
  type Log,
  PortalError,
  type UnitOfWork,
} from '../api/index.js';
import { chainOf } from './flag-chain.js';
import type { FlagEnvironment } from './flag-environment.js';
import { type FlagFileEntry, parseFlagFile } from './flag-file.js';
import { FlagOverride } from './flag-override.js';
import { type DeclaredFlag, type FlagOverrideFact, resolveFlags } from './resolve-flags.js';
import type { WatchedContent } from './watched-file.js';

export interface FeatureFlagsParts {
  readonly fileName: string;
  readonly environment: FlagEnvironment;
  readonly declarations: () => ReadonlyMap<string, DeclaredFlag>;
  readonly deployment: ReadonlyMap<string, boolean>;
  readonly development: boolean;
  readonly unitOfWork: UnitOfWork;
  readonly clock: Clock;
  readonly log: Log;
}

const mostStrangers = 1000;

/** The feature flags of the house, all in memory; every change of a source resolves them anew and tells the differences. */
export class FeatureFlags implements Flags, Disposable {
  private values: ReadonlyMap<string, boolean> = new Map();
  private states: ReadonlyMap<string, FlagState> = new Map();
  private sorted: readonly FlagState[] = [];
  private found: readonly string[] = [];
  private reported = new Set<string>();
  private readonly strangers = new Set<string>();
  private file: ReadonlyMap<string, FlagFileEntry> = new Map();
  private fileProblems: readonly string[] = [];
  private readonly overrides = new Map<string, FlagOverrideFact>();
  private readonly changes: Emitter<FlagChange>;
  readonly onDidChange;

  constructor(private readonly parts: FeatureFlagsParts) {
    this.changes = new Emitter((error) => parts.log.error('A listener of feature flags failed.', { error }));
    this.onDidChange = this.changes.event;
  }

  isEnabled(key: string): boolean {
    const value = this.values.get(key);
    if (value === undefined) this.reportStranger(key);
    return value === true;
  }

  state(key: string): FlagState | undefined {
    return this.states.get(key);
  }

  all(): readonly FlagState[] {
    return this.sorted;
  }

  chain(key: string): readonly FlagLink[] {
    return chainOf(key, this.states);
  }

  problems(): readonly string[] {
    return this.found;
  }

  async override(key: string, enabled: boolean | undefined, by: string): Promise<void> {
    const state = this.states.get(key);
    if (!state) throw new PortalError('flag-unknown', `There is no feature flag ${key}.`, { status: 404 });
    if (state.lockedBy) {
      throw new PortalError('flag-locked', `The environment variable ${state.lockedBy} locks the feature flag ${key}.`, {
        status: 409,
      });
    }
    const setAt = this.parts.clock.now().toISOString();
    await this.parts.unitOfWork.write(async (transaction) => {
      const repository = transaction.repository(FlagOverride);
      if (enabled === undefined) await repository.delete({ key });
      else await repository.save({ key, enabled, setBy: by, setAt });
      // In the order of the commits, so that memory and database never disagree about who was last.
      transaction.afterCommit(() => {
        if (enabled === undefined) this.overrides.delete(key);
        else this.overrides.set(key, { enabled, setBy: by, setAt });
        this.refresh();
      });
    });
    this.parts.log.info('A feature flag was set.', { flag: key, enabled: enabled ?? 'unset', by });
  }

  /** Reads the overrides from the database. */
  async loadOverrides(): Promise<void> {
    const rows = await this.parts.unitOfWork.read((reader) => reader.repository(FlagOverride).find());
    this.overrides.clear();
    for (const { key, enabled, setBy, setAt } of rows) this.overrides.set(key, { enabled, setBy, setAt });
  }

  /** Takes what the file says now. A file that was never there says nothing; one that went away is missed. */
  readFile(content: WatchedContent): void {
    const name = this.parts.fileName;
    if ('text' in content) {
      const { entries, problems } = parseFlagFile(content.text, this.file, name);
      this.file = entries;
      this.fileProblems = problems;
    } else if ('failure' in content) {
      this.fileProblems = [`${name} cannot be read: ${content.failure}. The last good content stays in force.`];
    } else {
      this.fileProblems = this.file.size > 0 ? [`${name} is not there any more. The last good content stays in force.`] : [];
    }
    this.refresh();
  }

  /** Asks the modules' declarations again and tells what changed. Call it when modules have been resolved. */
  refresh(): void {
    const { environment, fileName, declarations, deployment, development } = this.parts;
    const resolved = resolveFlags({
      environment,
      overrides: this.overrides,
      file: this.file,
      fileName,
      deployment,
      declarations: declarations(),
      development,
    });
    const before = this.values;
    this.states = resolved.states;
    this.sorted = Object.freeze([...resolved.states.values()]);
    this.values = new Map(this.sorted.map((state) => [state.key, state.enabled]));
    this.found = Object.freeze([...this.fileProblems, ...environment.problems, ...resolved.problems]);
    this.report();
    for (const key of new Set([...before.keys(), ...this.values.keys()])) {
      const enabled = this.values.get(key) === true;
      if (enabled !== (before.get(key) === true)) this.changes.fire({ key, enabled });
    }
  }

  dispose(): void {
    this.changes.dispose();
  }

  /** Code that asks for a flag nobody declares is told once; a slip of the pen would stay hidden otherwise. */
  private reportStranger(key: string): void {
    if (this.strangers.has(key) || this.strangers.size >= mostStrangers) return;
    this.strangers.add(key);
    this.parts.log.warn('Somebody asked for a feature flag that nobody declares; it counts as off.', { flag: key });
  }

  /** Each problem is logged once, until it goes and comes back. */
  private report(): void {
    for (const problem of this.found) if (!this.reported.has(problem)) this.parts.log.warn(problem);
    this.reported = new Set(this.found);
  }
}
