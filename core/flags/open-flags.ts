import { basename } from 'node:path';
import type { AuditLog, Clock, Disposable, Flags, Log, UnitOfWork } from '../api/index.js';
import { FeatureFlags } from './feature-flags.js';
import { readFlagEnvironment } from './flag-environment.js';
import type { DeclaredFlag } from './resolve-flags.js';
import { WatchedFile, type WatchIntervals } from './watched-file.js';

export interface FlagsOptions {
  /** Absolute path of `feature-flags.json`; it need not exist. */
  readonly file: string;
  /** What the manifests of the modules declare, at the moment of asking. */
  readonly declarations: () => ReadonlyMap<string, DeclaredFlag>;
  /** `flagDefaults` of the configuration: weaker than the file, stronger than what modules declare. */
  readonly deployment?: Readonly<Record<string, boolean>>;
  /** Whether Dev flags have force; default false. */
  readonly development?: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly unitOfWork: UnitOfWork;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly log: Log;
  readonly watch?: WatchIntervals;
}

/** The flags as the composition root holds them. */
export interface OpenFlags extends Flags, Disposable {
  /** Asks `declarations` again; call it when modules have been resolved. */
  refresh(): void;
  /** Reads again what was decided, after it was changed from outside. */
  reload(): Promise<void>;
  /** Reads the file now, without waiting for the watcher. */
  reread(): Promise<void>;
}

/** Opens the feature flags: overrides loaded, file read and watched from here on. The table must have been migrated. */
export async function openFlags(options: FlagsOptions): Promise<OpenFlags> {
  const { file, declarations, deployment = {}, development = false, environment, unitOfWork, audit, clock, log } = options;
  const flags = new FeatureFlags({
    fileName: basename(file),
    environment: readFlagEnvironment(environment),
    declarations,
    deployment: new Map(Object.entries(deployment)),
    development,
    unitOfWork,
    audit,
    clock,
    log,
  });
  await flags.loadOverrides();
  const watched = new WatchedFile(file, (content) => flags.readFile(content), options.watch);
  await watched.check();
  return {
    isEnabled: (key) => flags.isEnabled(key),
    flag: (definition) => flags.flag(definition),
    state: (key) => flags.state(key),
    all: () => flags.all(),
    chain: (key) => flags.chain(key),
    problems: () => flags.problems(),
    override: (key, enabled, by) => flags.override(key, enabled, by),
    undo: (key, change, by) => flags.undo(key, change, by),
    history: (key, cursor, limit) => flags.history(key, cursor, limit),
    export: () => flags.export(),
    import: (text, options) => flags.import(text, options),
    onDidChange: flags.onDidChange,
    refresh: () => flags.refresh(),
    reload: async () => {
      await flags.loadOverrides();
      flags.refresh();
    },
    reread: () => watched.check(),
    dispose: async () => {
      await watched.dispose();
      flags.dispose();
    },
  };
}
