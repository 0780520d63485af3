import { url as debuggerUrl } from 'node:inspector';
import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import type { Disposable, Log } from '../api/index.js';
import { type ModuleVersion, moduleMeter, onDidChangeWatchedFolders, watchedFolders } from '../kernel/index.js';
import type { MemoryWatch } from './memory-watch.js';
import { type KnownModules, type LongTurn, slot, slots, type WatchdogSetup } from './watchdog-state.js';

/** Milliseconds; see `watchdog` in the configuration. */
export interface WatchdogLimits {
  readonly longTurnMillis: number;
  /** 0: never. */
  readonly endBlockedMillis: number;
}

export interface WatchdogOptions {
  readonly limits: WatchdogLimits;
  /** Where whoever holds the event loop up is written to. */
  readonly suspectFile: string;
  /** Begin of this run. */
  readonly startedAt: string;
  readonly memory: MemoryWatch;
  readonly logs: boolean;
  /** Modules by their folders, before the kernel knows them: their entities are read first. */
  readonly folders: ReadonlyMap<string, ModuleVersion>;
  /** One command, and nobody who waits for another turn meanwhile. */
  readonly isCommand: boolean;
}

/** How many beats a long turn has room for. */
const beatsPerLimit = 4;

/**
 * The main thread's end of the watchdog: it beats, and hears from the thread beside it which turns of the event loop were long, and whose code ran
 * in them. It costs a timer, and at each beat a look at the size of the heap.
 */
export class Watchdog implements Disposable {
  private readonly slots = new Int32Array(new SharedArrayBuffer(slots * Int32Array.BYTES_PER_ELEMENT));
  private readonly worker: Worker;
  private readonly timer: NodeJS.Timeout;
  private readonly folders: Disposable;
  private readonly beatMillis: number;
  private lastBeat = performance.now();
  private known = '';
  log: Log;

  constructor(
    private readonly options: WatchdogOptions,
    log: Log,
  ) {
    const { limits, startedAt, suspectFile, logs } = options;
    this.log = log;
    this.beatMillis = Math.max(5, Math.round(limits.longTurnMillis / beatsPerLimit));
    const setup: WatchdogSetup = {
      slots: this.slots,
      current: moduleMeter.current,
      startedAt,
      file: suspectFile,
      tickMillis: this.beatMillis,
      ...limits,
      logs,
    };
    this.worker = new Worker(new URL('./watchdog-thread.js', import.meta.url), { workerData: setup });
    this.worker.on('message', (turn: LongTurn) => this.tell(turn));
    this.worker.on('error', (error) => this.log.error('The watchdog has stopped watching.', { error }));
    this.worker.unref();
    this.tellKnown();
    // What is loaded next may be the end of this thread: there may be no other beat.
    this.folders = onDidChangeWatchedFolders(() => this.tellKnown());
    this.timer = setInterval(() => this.beat(), this.beatMillis);
    this.timer.unref();
  }

  /** While it runs the process is not ended, however long nobody else has a turn: a migration must not be cut off. */
  async protect<T>(work: () => Promise<T>): Promise<T> {
    Atomics.add(this.slots, slot.protected, 1);
    try {
      return await work();
    } finally {
      Atomics.sub(this.slots, slot.protected, 1);
    }
  }

  async dispose(): Promise<void> {
    clearInterval(this.timer);
    this.folders.dispose();
    await this.worker.terminate();
  }

  private beat(): void {
    const now = performance.now();
    const lag = Math.round(now - this.lastBeat - this.beatMillis);
    this.lastBeat = now;
    if (lag > Atomics.load(this.slots, slot.lag) && lag >= this.options.limits.longTurnMillis / 2)
      Atomics.store(this.slots, slot.lag, lag);
    Atomics.store(this.slots, slot.debugged, debuggerUrl() === undefined ? 0 : 1);
    this.tellKnown();
    Atomics.add(this.slots, slot.beat, 1);
    this.options.memory.look();
  }

  /** The thread cannot ask while it matters, so it is told beforehand. */
  private tellKnown(): void {
    const { version, folders } = watchedFolders();
    const { ids } = moduleMeter;
    const state = `${version} ${ids.length}`;
    if (state === this.known) return;
    this.known = state;
    this.worker.postMessage({ ids: [...ids], folders: new Map([...this.options.folders, ...folders]) } satisfies KnownModules);
  }

  private tell({ modules: owners, place, millis }: LongTurn): void {
    const modules = owners.map(({ id }) => id);
    const [module = 'core'] = modules;
    moduleMeter.countLongTurn(module, millis);
    const facts = { module, modules, millis, place };
    // A start is busy loading code, and so is a machine; nobody waits for a turn while a command runs.
    if (modules.length > 0 && !this.options.isCommand)
      this.log.warn('A turn of the event loop was long: nobody else had one meanwhile.', facts);
    else this.log.info('A turn of the event loop was long.', facts);
  }
}
