import {
  type AuditLog,
  type AuditPage,
  type Clock,
  type Disposable,
  Emitter,
  type FlagActor,
  type FlagChange,
  type FlagDefinition,
  type FlagExport,
  type FlagHandle,
  type FlagImport,
  type FlagLink,
  type FlagState,
  type Flags,
  type Log,
  PortalError,
  type UnitOfWork,
} from '../api/index.js';
import type { FlagEnvironment } from './flag-environment.js';
import { type FlagFileEntry, parseFlagFile } from './flag-file.js';
import { auditArea, FlagSwitches } from './flag-switches.js';
import { exportFlags, planImport } from './flag-transfer.js';
import { type DeclaredFlag, resolveFlags } from './resolve-flags.js';
import type { WatchedContent } from './watched-file.js';

function flagHandle(flags: Pick<Flags, 'isEnabled' | 'onDidChange'>, { key }: FlagDefinition): FlagHandle {
  return Object.freeze({
    key,
    isEnabled: () => flags.isEnabled(key),
    onDidChange: (listener: (enabled: boolean) => void) =>
      flags.onDidChange((change) => {
        if (change.key === key) listener(change.enabled);
      }),
  });
}

/** All that a flag depends on, depth first, each once; a circle ends where it closes. */
export function chainOf(key: string, states: ReadonlyMap<string, FlagState>): readonly FlagLink[] {
  const links: FlagLink[] = [];
  const seen = new Set([key]);
  const next = linksFrom(key, 1, states);
  for (let link = next.pop(); link !== undefined; link = next.pop()) {
    if (seen.has(link.key)) continue;
    seen.add(link.key);
    links.push(link);
    next.push(...linksFrom(link.key, link.depth + 1, states));
  }
  return links;
}

/** In reverse, as they are taken from the end. */
function linksFrom(of: string, depth: number, states: ReadonlyMap<string, FlagState>): FlagLink[] {
  return [...(states.get(of)?.dependsOn ?? [])].reverse().map((key) => {
    const state = states.get(key);
    const { enabled, reason } = state ?? { enabled: false, reason: 'Nobody declares it.' };
    return { key, of, depth, enabled, declared: state !== undefined, reason };
  });
}

type FlagImportOptions = Parameters<Flags['import']>[1];

export interface FeatureFlagsDependencies {
  readonly fileName: string;
  readonly environment: FlagEnvironment;
  readonly declarations: () => ReadonlyMap<string, DeclaredFlag>;
  readonly deployment: ReadonlyMap<string, boolean>;
  readonly development: boolean;
  readonly unitOfWork: UnitOfWork;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly log: Log;
}

const mostStrangers = 1000;

/** The feature flags of the portal, all in memory; every change of a source resolves them anew and tells the differences. */
export class FeatureFlags implements Flags, Disposable {
  private values: ReadonlyMap<string, boolean> = new Map();
  private states: ReadonlyMap<string, FlagState> = new Map();
  private sorted: readonly FlagState[] = [];
  private found: readonly string[] = [];
  private reported = new Set<string>();
  private readonly strangers = new Set<string>();
  private file: ReadonlyMap<string, FlagFileEntry> = new Map();
  private fileProblems: readonly string[] = [];
  private readonly switches: FlagSwitches;
  private readonly changes: Emitter<FlagChange>;
  readonly onDidChange;

  constructor(private readonly dependencies: FeatureFlagsDependencies) {
    this.changes = new Emitter((error) => dependencies.log.error('A listener of feature flags failed.', { error }));
    this.onDidChange = this.changes.event;
    const { unitOfWork, audit, clock } = dependencies;
    this.switches = new FlagSwitches({ unitOfWork, audit, clock, onChange: () => this.refresh() });
  }

  isEnabled(key: string): boolean {
    const value = this.values.get(key);
    if (value === undefined) this.reportStranger(key);
    return value === true;
  }

  flag(definition: FlagDefinition): FlagHandle {
    return flagHandle(this, definition);
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

  async override(key: string, enabled: boolean | undefined, by: string | FlagActor): Promise<void> {
    const actor: FlagActor = typeof by === 'string' ? { by: { id: 'system', name: by }, via: 'system' } : by;
    // What nobody declares any more can still be forgotten.
    if (enabled !== undefined || !this.switches.all.has(key)) this.checkKnown(key);
    this.checkUnlocked(key);
    await this.switches.apply(new Map([[key, enabled]]), actor);
    this.dependencies.log.info('A feature flag was set.', { flag: key, enabled: enabled ?? 'unset', by: actor.by.name });
  }

  async undo(key: string, change: string, actor: FlagActor): Promise<void> {
    this.checkKnown(key);
    this.checkUnlocked(key);
    await this.switches.undo(key, change, actor);
    this.dependencies.log.info('The last change of a feature flag was undone.', { flag: key, by: actor.by.name });
  }

  history(key: string, cursor?: string, limit?: number): Promise<AuditPage> {
    return this.dependencies.audit.list({ area: auditArea, subject: key }, cursor, limit);
  }

  export(): FlagExport {
    return exportFlags(this.switches.all, this.dependencies.clock.now());
  }

  async import(text: string, { by, dryRun = false, replace = false }: FlagImportOptions): Promise<FlagImport> {
    const plan = planImport(text, { overrides: this.switches.all, state: (key) => this.state(key), replace });
    if (dryRun || plan.faults.length > 0) return { ...plan, applied: false };
    await this.switches.apply(new Map(plan.changes.map(({ key, to }) => [key, to])), by);
    return { ...plan, applied: true };
  }

  /** Reads the overrides from the database. */
  loadOverrides(): Promise<void> {
    return this.switches.load();
  }

  /** Takes what the file says now. A file that was never there says nothing; one that went away is missed. */
  readFile(content: WatchedContent): void {
    const name = this.dependencies.fileName;
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
    const { environment, fileName, declarations, deployment, development } = this.dependencies;
    const resolved = resolveFlags({
      environment,
      overrides: this.switches.all,
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

  private checkKnown(key: string): void {
    if (!this.states.has(key)) throw new PortalError('flag-unknown', `There is no feature flag ${key}.`, { status: 404 });
  }

  private checkUnlocked(key: string): void {
    const variable = this.states.get(key)?.lockedBy;
    if (variable === undefined) return;
    throw new PortalError('flag-locked', `The environment variable ${variable} locks the feature flag ${key}.`, { status: 409 });
  }

  /** Code that asks for a flag nobody declares is told once; a slip of the pen would stay hidden otherwise. */
  private reportStranger(key: string): void {
    if (this.strangers.has(key) || this.strangers.size >= mostStrangers) return;
    this.strangers.add(key);
    this.dependencies.log.warn('Somebody asked for a feature flag that nobody declares; it counts as off.', { flag: key });
  }

  /** Each problem is logged once, until it goes and comes back. */
  private report(): void {
    for (const problem of this.found) if (!this.reported.has(problem)) this.dependencies.log.warn(problem);
    this.reported = new Set(this.found);
  }
}
