import type { Contribution } from './contributions.js';
import type { DeprecatedKind, Deprecation } from './deprecation.js';
import type { Event } from './event.js';
import { type ServiceToken, serviceToken } from './tokens.js';

export type ModuleState =
  | 'installed'
  | 'unresolved'
  | 'resolved'
  | 'waiting'
  | 'starting'
  | 'active'
  | 'stopping'
  | 'failed'
  | 'disabled';

/** Something that a module uses and that will be taken away. */
export interface DeprecatedUse extends Deprecation {
  readonly kind: DeprecatedKind;
  /** Id of the service or point, or what the function is called and where it is from. */
  readonly name: string;
}

/**
 * Why this start has not loaded a module that is installed, and that nobody has disabled: the portal runs its own modules alone, an operator named
 * it, it ended the portal twice in a row, or a bisection looks for a culprit without it. Starting or enabling it by hand ends that.
 */
export type LeftOutCause = 'safe-mode' | 'without' | 'crashes' | 'bisect';

/** A module as it stands now. */
export interface ModuleStatus {
  readonly id: string;
  readonly version: string;
  readonly description: string;
  readonly state: ModuleState;
  /** Why it is not active: a chain, the nearest reason first. Empty when active. */
  readonly reasons: readonly string[];
  /** Why this start leaves it out; the sentence is the first of `reasons`. It is `resolved` then. */
  readonly leftOut?: LeftOutCause;
  /** When a module last ended the portal, or was about to when it ended, in one of the last twenty runs. @property at ISO 8601. */
  readonly lastCrash?: { readonly at: string; readonly message: string };
  /** Where and how the last start or stop failed. */
  readonly failure?: { readonly phase: string; readonly message: string };
  /** Milliseconds that the last start took. */
  readonly startMillis?: number;
  /** Contributions of it that threw since its start: point, id, count, and the last message. */
  readonly contributionErrors: readonly {
    readonly point: string;
    readonly id: string;
    readonly count: number;
    readonly message: string;
  }[];
  /** What it uses that will be taken away, since its start. */
  readonly deprecations: readonly DeprecatedUse[];
  /** Key of the flag that switches the whole module. */
  readonly enabledBy?: string;
  readonly requires: readonly string[];
  /** Whether it keeps sealed secrets, by its manifest. */
  readonly keepsSecrets: boolean;
  readonly provides: readonly string[];
  readonly hosts: readonly string[];
  /** Services of others before which it stands. */
  readonly decorates: readonly string[];
  /** Those of its services before which others stand now, and which modules do: the nearest first. */
  readonly decorated: readonly { readonly service: string; readonly by: readonly string[] }[];
  readonly contributes: readonly { readonly point: string; readonly id: string }[];
}

/**
 * What a module has done since the process began. Time is counted where the kernel enters the code of a module: for handlers of requests, starts,
 * stops, contributions and checks, until they return or wait for the first time. What they do after that, and what timers do, is counted only
 * where a turn of the event loop is so long that the watchdog looks whose code runs.
 */
export interface ModuleActivity {
  /** How often its code was entered. */
  readonly turns: number;
  /** Milliseconds in them, without those of other modules that it called. */
  readonly turnMillis: number;
  /** Turns of the event loop that were longer than the limit, and the longest of them in milliseconds. */
  readonly longTurns: number;
  readonly longestTurnMillis: number;
  /** Requests that are inside of it now. */
  readonly openRequests: number;
  /**
   * What the code of this version threw or rejected and did not mean as an answer, whether somebody caught it or not; and the last message. Another
   * version, and one that was refused, has a count of its own.
   */
  readonly errors: number;
  readonly lastError?: string;
  /**
   * What its code has allocated and is still in use: an estimate from samples, of objects alone; buffers lie elsewhere. An object that a module
   * made may be held by another. Undefined where nobody measures. @property grownBytes since the first
   * measurement, half a minute after the portal opened or when somebody asked.
   */
  readonly memory?: { readonly bytes: number; readonly grownBytes: number };
}

/** A package that is no module of this portal, or a path where none is, and why. */
export interface UnreadableModule {
  /** Name of the package, or where it was looked for. */
  readonly package: string;
  /** Id of the module, where its manifest names one; another module may have it already. */
  readonly id?: string;
  /** Absolute path. */
  readonly folder: string;
  /** One sentence that names the package and what is wrong. */
  readonly message: string;
}

/** A contribution as the kernel holds it, with the point that it is for. */
export interface RegisteredContribution extends Contribution<unknown> {
  readonly point: string;
}

export interface ModuleChange {
  readonly id: string;
  readonly from: ModuleState;
  readonly to: ModuleState;
}

/**
 * The life of the modules. Every change goes through one queue; a promise resolves when its change, and everything that follows
 * from it, is done. @throws PortalError `module-unknown` (404).
 */
export interface Modules {
  /** Whether the portal was started with its own modules alone. */
  readonly safeMode: boolean;
  list(): readonly ModuleStatus[];
  status(id: string): ModuleStatus | undefined;
  /**
   * Ids of the modules that stop with it, and cannot start without it: they require or decorate what it offers, directly or through others.
   * By their manifests, whether they run now or not; sorted. Empty when it is unknown.
   */
  dependentsOf(id: string): readonly string[];
  /** What it has done so far; undefined when it is unknown. The figures are of this process. */
  activity(id: string): ModuleActivity | undefined;
  /** What stands in `modulePaths` and cannot be a module. */
  unreadable(): readonly UnreadableModule[];
  /** Starts a module that was stopped or left out; what it needs must be there. */
  start(id: string): Promise<ModuleStatus>;
  /** Stops it until it is started, or the portal restarts. */
  stop(id: string): Promise<ModuleStatus>;
  /** Stops it and keeps it off, over restarts too; its pages answer 404. */
  disable(id: string): Promise<ModuleStatus>;
  enable(id: string): Promise<ModuleStatus>;
  /** What is contributed now, to any point, whose `when` names the flag: what appears and disappears with it. */
  contributionsWhen(flag: string): readonly RegisteredContribution[];
  readonly onDidChange: Event<ModuleChange>;
}
export const Modules: ServiceToken<Modules> = serviceToken('portico.modules');
