import {
  type Disposable,
  DisposableStore,
  type Log,
  type ModuleActivity,
  type ModuleStatus,
  PortalError,
  toDisposable,
  type UnreadableModule,
} from '../api/index.js';
import type { InstalledModule, LeftOut, LeftOutModules, ModuleVersion } from '../kernel/index.js';
import { nearest } from '../util/index.js';
import { bisectReason } from './bisect-commands.js';
import { Bisection } from './bisection.js';
import { MemoryWatch } from './memory-watch.js';
import { type Run, RunJournal, suspectFiles } from './run-journal.js';
import { Watchdog, type WatchdogLimits } from './watchdog.js';

export interface ModuleFaultsOptions {
  readonly home: string;
  /** Those that come with the portal. */
  readonly modules: readonly InstalledModule[];
  readonly limits: WatchdogLimits & { readonly crashWindowMillis: number; readonly heapPercent: number };
  readonly safeMode: boolean;
  /** Ids of modules that an operator wants left out. */
  readonly without: readonly string[];
  /** What this process is: the portal, one that is opened for a command, or one of several in a process that nobody watches. */
  readonly process: 'portal' | 'command' | undefined;
  readonly startedAt: string;
  readonly log: Log;
  readonly logs: boolean;
}

/**
 * What modules did to the process, in this run and in those before: which are left out of this start, and why; who is watched, and how. The
 * order of things: a process begins with an entry in the journal; whoever endangers it is written beside it; one that is closed in order says so.
 * The next process reads who ended the last one. Twice in a row by the same version of a module, each time soon after the start, and that version is
 * left out.
 */
export class ModuleFaults implements LeftOutModules, Disposable {
  private readonly opening = new DisposableStore();
  private readonly journal: RunJournal;
  /** A search for a module at fault, which leaves modules out as well. */
  readonly bisection: Bisection;
  private readonly said = new Set<string>();
  /** Ids of those that come with the portal, and that it does not open without. */
  private readonly needed: ReadonlySet<string>;
  /** Ids of those that an operator started although this process was to do without them. */
  private readonly lifted = new Set<string>();
  private readonly memory: MemoryWatch | undefined;
  private readonly watchdog: Watchdog | undefined;

  constructor(private readonly options: ModuleFaultsOptions) {
    const { home, limits, startedAt, log, logs } = options;
    this.journal = new RunJournal(home);
    this.bisection = new Bisection(home);
    this.needed = new Set(options.modules.filter(({ manifest }) => manifest.onFailure === 'stop-portal').map(({ id }) => id));
    this.judge();
    if (options.safeMode) log.warn('The portal runs in safe mode: with its own modules alone.');
    if (options.process === undefined) return;
    this.attempt(() => this.journal.begin(startedAt));
    this.opening.add(toDisposable(() => this.attempt(() => this.journal.end(options.process === 'portal'))));
    const files = suspectFiles(home);
    const folders = new Map(options.modules.map(({ folder, id, version }) => [folder, { id, version }]));
    this.memory = this.opening.add(
      new MemoryWatch({ suspectFile: files.memory, startedAt, heapPercent: limits.heapPercent }, log),
    );
    this.watchdog = this.opening.add(
      new Watchdog(
        {
          limits,
          suspectFile: files.blocked,
          startedAt,
          memory: this.memory,
          logs,
          folders,
          isCommand: options.process === 'command',
        },
        log,
      ),
    );
  }

  get safeMode(): boolean {
    return this.options.safeMode;
  }

  reasonFor(module: InstalledModule): LeftOut | undefined {
    const { id, version } = module;
    const found = this.look(module);
    const sentence = `${id} ${version} ${found?.why}`;
    if (found && found.why !== 'safe-mode' && !this.said.has(sentence)) {
      this.said.add(sentence);
      this.options.log.warn(found.reason, { module: id });
    }
    return found;
  }

  /**
   * A name that is misspelt would let run what was to be left out. When all modules are known.
   * @throws PortalError `configuration-invalid` for a module that is not there, or that the portal does not open without.
   */
  checkWithout(modules: readonly InstalledModule[], unreadable: readonly Pick<UnreadableModule, 'id'>[]): void {
    const known = [...modules, ...unreadable].flatMap(({ id }) => id ?? []);
    const refuse = (sentence: string): never => {
      throw new PortalError('configuration-invalid', sentence);
    };
    for (const id of this.options.without) {
      if (!known.includes(id))
        refuse(`There is no module ${id} to be left out (--without, PORTICO_WITHOUT).${nearest(id, known)}`);
      if (modules.some((module) => module.id === id && module.manifest.onFailure === 'stop-portal'))
        refuse(`The portal does not open without the module ${id} (--without, PORTICO_WITHOUT).`);
    }
  }

  lift(id: string): void {
    this.lifted.add(id);
    this.bisection.lift(id);
    this.attempt(() => this.journal.forgive(id));
  }

  /** The last time that a module ended a process, or was about to when it ended. */
  lastCrashOf(id: string): ModuleStatus['lastCrash'] {
    const run = this.journal.former.findLast((each) => this.culpritOf(each)?.id === id);
    return run?.crash && { at: run.crash.at, message: sentenceOf(id, run) };
  }

  memoryOf(id: string): ModuleActivity['memory'] {
    return this.memory?.of(id);
  }

  /** For work that must not be cut off, however long it holds the event loop up. */
  protect<T>(work: () => Promise<T>): Promise<T> {
    return this.watchdog ? this.watchdog.protect(work) : work();
  }

  /** All modules that shall run do. */
  opened(): void {
    this.memory?.opened();
  }

  async dispose(): Promise<void> {
    await this.opening.dispose();
  }

  private look(module: InstalledModule): LeftOut | undefined {
    const { id, version, manifest } = module;
    const isLifted = this.lifted.has(id);
    if (!isLifted && this.options.without.includes(id))
      return { why: 'without', reason: 'Left out of this start by an operator (--without).' };
    if (!isLifted && this.options.safeMode && !module.isOfPortal)
      return { why: 'safe-mode', reason: 'Left out: the portal runs in safe mode, with its own modules alone.' };
    if (manifest.onFailure === 'stop-portal') return undefined;
    const banned = this.journal.banned[id];
    if (banned?.version === version) return { why: 'crashes', reason: banned.reason };
    return this.bisection.isOff(id) ? { why: 'bisect', reason: bisectReason } : undefined;
  }

  private ban({ id, version }: ModuleVersion, run: Run): void {
    const reason = `Left out: it ended the portal twice in a row soon after the start. ${sentenceOf(id, run)} To try it again: portico modules start ${id}.`;
    this.attempt(() => this.journal.ban(id, { version, at: this.options.startedAt, reason }));
    if (this.bisection.step?.suspects.includes(id)) {
      this.attempt(() => this.bisection.keep(undefined));
      this.options.log.warn('The search for a module at fault is over: the portal was ended by this one.', { module: id });
    }
  }

  /** Reads how the last runs ended, and says it. Who ended both of them is left out from now on. */
  private judge(): void {
    const { log } = this.options;
    const [last, before] = [...this.journal.former].reverse();
    if (last === undefined || last.closed) return;
    const culprit = this.culpritOf(last);
    if (culprit === undefined) {
      log.info('The last run of the portal ended without having been stopped.', { startedAt: last.startedAt });
      return;
    }
    const { id, version } = culprit;
    log.error('The last run of the portal was ended by a module.', { module: id, what: sentenceOf(id, last) });
    if (before === undefined || last.judged || this.needed.has(id)) return;
    const former = this.culpritOf(before);
    const isTwice = former?.id === id && former.version === version;
    if (isTwice && this.isSoon(before) && this.isSoon(last)) this.ban(culprit, last);
  }

  /** The innermost module that the portal can do without; else the innermost. */
  private culpritOf({ closed, crash }: Run): ModuleVersion | undefined {
    if (closed || crash === undefined) return undefined;
    return crash.modules.find(({ id }) => !this.needed.has(id)) ?? crash.modules[0];
  }

  private isSoon({ crash }: Run): boolean {
    return crash !== undefined && crash.afterMillis <= this.options.limits.crashWindowMillis;
  }

  /** A directory that cannot be written to is said by others, and keeps nobody from starting here. */
  private attempt(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.options.log.warn('The journal of runs cannot be written.', { error });
    }
  }
}

function sentenceOf(id: string, { crash }: Run): string {
  if (crash === undefined) return '';
  const minutes = Math.floor(crash.afterMillis / 60_000);
  const after = minutes === 0 ? `${Math.round(crash.afterMillis / 1000)} s` : `${minutes} min`;
  const end = crash.ended ? 'The portal ended itself.' : 'Then the process was gone.';
  return `${id} ${crash.what}, ${after} after the start (${crash.at}). ${end}`;
}
