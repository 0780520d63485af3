import type { Clock, Log } from '../api/index.js';
import type { FlagSource } from './criteria.js';
import type { LeftOutModules } from './left-out.js';
import type { InstalledModule } from './manifest-reader.js';
import type { Preparation } from './module-run.js';
import type { SwitchStore } from './module-switches.js';

/** How much the kernel holds at one moment. What comes back after a stop and a start must be the same. */
export interface KernelStats {
  readonly services: number;
  /** Parked ones included. */
  readonly contributions: number;
  readonly listeners: number;
  /** Requests that wait at the gate. */
  readonly held: number;
}

export interface KernelOptions {
  readonly clock: Clock;
  readonly flags: FlagSource;
  logFor(moduleId: string): Log;
  /** Milliseconds. `startMillis` and `stopMillis` bound each step of a start and a stop; `gateMillis` how long a request is held. */
  readonly limits?: {
    readonly startMillis?: number;
    readonly stopMillis?: number;
    readonly gateMillis?: number;
    /** For loading a module's code, which is all loaded at once. */
    readonly loadMillis?: number;
    readonly prepareMillis?: number;
    /** The portal opens without modules that are still starting when none has moved for so long. Left out: it waits for all. */
    readonly openMillis?: number;
  };
  /** Services that every module has of its own, e.g. its log: pairs of token and value. */
  moduleServices?(module: InstalledModule): Iterable<readonly [symbol, unknown]>;
  /** Run in order before each start of a module. */
  readonly prepare?: readonly Preparation[];
  /** Whether operators let a module stand before a service. Default: they do. */
  standsBefore?(module: string, service: string): boolean;
  readonly disabled?: SwitchStore;
  readonly leftOut?: LeftOutModules;
  /** Told when modules came, went or changed while the portal is open, before any of them starts. */
  onModulesChange?(): void;
}

/** The limits in milliseconds, with what holds where nothing is said. */
export function limitsOf({
  limits = {},
}: KernelOptions): Readonly<Record<Exclude<keyof NonNullable<KernelOptions['limits']>, 'openMillis'>, number>> {
  return {
    startMillis: limits.startMillis ?? 30_000,
    stopMillis: limits.stopMillis ?? 5_000,
    gateMillis: limits.gateMillis ?? 5_000,
    loadMillis: limits.loadMillis ?? 60_000,
    prepareMillis: limits.prepareMillis ?? 600_000,
  };
}
