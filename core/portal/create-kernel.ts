import { type Clock, Log, Messages } from '../api/index.js';
import type { LoadedConfig } from '../config/index.js';
import type { Logs } from '../diagnostics/index.js';
import { Kernel } from '../kernel/index.js';
import type { MessageCatalog } from '../messages/index.js';
import type { Assets, Views } from '../views/index.js';
import { DisabledModules } from './disabled-modules.js';
import type { Storage } from './open-storage.js';

export interface KernelParts {
  readonly config: LoadedConfig;
  readonly clock: Clock;
  readonly logs: Logs;
  readonly storage: Storage;
  readonly messages: MessageCatalog;
  readonly assets: Assets;
  /** The views stand on the kernel, so they are asked for when the first module starts. */
  views(): Views;
}

/** The kernel with what is done before each start of a module: its tables, words, files and views. No module is known to it yet. */
export function createKernel({ config, clock, logs, storage, messages, assets, views }: KernelParts): Kernel {
  const { limits } = config.settings;
  const { persistence, data, flags } = storage;
  return new Kernel({
    clock,
    logFor: (moduleId) => logs.for(moduleId),
    flags,
    limits: { startMillis: limits.moduleStartMillis, stopMillis: limits.moduleStopMillis, gateMillis: limits.gateMillis },
    moduleServices: ({ id }) => [
      [Log, logs.for(id)],
      [Messages, messages.for(id)],
    ],
    prepare: [
      async (module) => void (await persistence.migrate(module.id, data.migrationsOf(module.id))),
      (module) => messages.load(module),
      (module) => assets.load(module),
      (module) => views().load(module),
    ],
    disabled: new DisabledModules(persistence.unitOfWork, clock),
  });
}
