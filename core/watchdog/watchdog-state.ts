import type { ModuleVersion } from '../kernel/file-owner.js';

/** What the main thread tells the watchdog's thread: numbers in memory that both share, so that they can be read while one of them stands still. */
export const slot = {
  /** Grows with every beat of the main thread. */
  beat: 0,
  /** How much later than planned the last beat came, in milliseconds; reset by who reads it. */
  lag: 1,
  /** How many pieces of work go on that must not be cut off, whatever time they take: migrations. */
  protected: 2,
  /** 1 while somebody debugs the process: who stops at a breakpoint blocks nothing. */
  debugged: 3,
} as const;
export const slots = Object.keys(slot).length;

/** What the thread is started with. Times in milliseconds. */
export interface WatchdogSetup {
  readonly slots: Int32Array;
  /** Index, in `KnownModules.ids`, of the module whose code was entered last. */
  readonly current: Int32Array;
  readonly startedAt: string;
  /** Where a suspect is written to. */
  readonly file: string;
  readonly tickMillis: number;
  readonly longTurnMillis: number;
  /** 0: never. */
  readonly endBlockedMillis: number;
  /** Whether it may write to the log. */
  readonly logs: boolean;
}

/** Told again whenever it changes. */
export interface KnownModules {
  readonly ids: readonly string[];
  /** By the folders of their packages. */
  readonly folders: ReadonlyMap<string, ModuleVersion>;
}

/** A turn of the event loop that was long, told when it has ended. */
export interface LongTurn {
  /** Modules whose code was running, the innermost first; empty: the portal's own, or nobody knows. */
  readonly modules: readonly ModuleVersion[];
  /** The innermost place in a module, or in the portal: `run (file:///srv/…/module.js:12)`. */
  readonly place: string | undefined;
  readonly millis: number;
}

/** Who will have been the cause if the process ends without having been stopped. Written to a `suspect-*.json`; gone when the danger is over. */
export interface Suspect {
  /** Begin of the run; that of an earlier run says nothing about this one. */
  readonly startedAt: string;
  readonly kind: 'blocked' | 'memory';
  /** Innermost first. */
  readonly modules: readonly ModuleVersion[];
  readonly at: string;
  /** Milliseconds since the run began. */
  readonly afterMillis: number;
  /** What it did, after "Its code". */
  readonly what: string;
  /** Whether the watchdog itself is about to end the process. */
  readonly ended: boolean;
}

/** How a process ends that did not answer any more: an internal software error, in the words of sysexits. */
export const blockedExitCode = 70;
