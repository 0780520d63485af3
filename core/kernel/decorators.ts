import type { Lifecycle } from './lifecycle.js';
import type { LifecycleQueue } from './lifecycle-queue.js';
import type { ModuleRecord } from './module-record.js';
import type { ServiceRegistry } from './service-registry.js';

/** A module that may stand before a service of another. */
export interface Decorating {
  readonly module: string;
  readonly service: string;
  /** The module whose service it is; undefined while nobody offers it. */
  readonly of: string | undefined;
  /** Whether it stands there now. */
  readonly isStanding: boolean;
}

/** Who stands before which service, and in which order; and the switch of each. */
export class Decorators {
  constructor(
    private readonly records: ReadonlyMap<string, ModuleRecord>,
    private readonly services: ServiceRegistry,
    private readonly queue: LifecycleQueue,
    private readonly lifecycle: Lifecycle,
  ) {}

  /** Of each service the nearest first; those that do not run come last, as what they say of their place is not known. */
  list(): readonly Decorating[] {
    return [...this.records.values()]
      .flatMap((record) =>
        Object.keys(record.module.manifest.decorates ?? {}).map((service) => ({
          service,
          module: record.id,
          order: record.run?.orderOf(service) ?? Number.POSITIVE_INFINITY,
        })),
      )
      .sort((a, b) => compare(a.service, b.service) || compare(a.order, b.order) || compare(a.module, b.module))
      .map(({ service, module }) => {
        const of = this.services.providerOf(service);
        return { module, service, of, isStanding: of !== undefined && this.services.decoratorsOf(service, of).includes(module) };
      });
  }

  /** Lets a module stand before services, or step aside, as operators say now. Done when those who use them have started again. */
  apply(module: string): Promise<void> {
    return this.queue.run(async () => {
      const record = this.records.get(module);
      if (record?.state === 'active') record.run?.decorate();
      await this.lifecycle.reconcile();
    });
  }
}

const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);
