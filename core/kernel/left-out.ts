import type { LeftOutCause, ModuleActivity, ModuleStatus } from '../api/index.js';
import type { InstalledModule } from './manifest-reader.js';

/** Why a module is left out, with the sentence for people. */
export interface LeftOut {
  readonly why: LeftOutCause;
  readonly reason: string;
}

/** What is known of modules from outside of the kernel: of earlier runs, and of the process. */
export interface LeftOutModules {
  readonly safeMode: boolean;
  /** Undefined for those that run as everybody. */
  reasonFor(module: InstalledModule): LeftOut | undefined;
  /** An operator starts it all the same. */
  lift(id: string): void;
  lastCrashOf(id: string): ModuleStatus['lastCrash'];
  memoryOf(id: string): ModuleActivity['memory'];
}
