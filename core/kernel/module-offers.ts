import type { Contribution } from '../api/index.js';
import type { Declarations } from './declarations.js';
import type { InstalledModule } from './manifest-reader.js';
import type { ModuleContainer } from './module-container.js';
import type { PublishedContribution } from './point-registry.js';
import type { ServiceEntry, ServiceRegistry } from './service-registry.js';

/** What one start of a module brings to others, made of what it declared. Nothing of it is seen yet. */
export class ModuleOffers {
  /** @param age the number of the start; grows. */
  constructor(
    private readonly module: InstalledModule,
    private readonly declared: Declarations,
    private readonly container: ModuleContainer,
    private readonly age: number,
  ) {}

  /** What it decorates, as it is at the place that it said. @throws Error when that is not there. */
  formers(services: ServiceRegistry): readonly ServiceEntry[] {
    const { id: module, manifest } = this.module;
    return this.declared.decorators.map(({ id, order }) => {
      const entry = services.former(id, manifest.decorates?.[id] ?? '*', { module, order });
      if (entry === undefined) throw new Error(`The service ${id}, which it decorates, is not there any more.`);
      return entry;
    });
  }

  /** Its own services, and what stands before those of others. */
  services(formers: readonly ServiceEntry[]): readonly ServiceEntry[] {
    const { id: module, manifest } = this.module;
    const common = { module, age: this.age };
    const decorators = this.declared.decorators.flatMap(({ id, order, made }) =>
      formers
        .filter((former) => former.id === id)
        .map((former) => ({
          ...common,
          id,
          version: former.version,
          ranking: 0,
          service: this.container.make(made),
          decorates: { former, order },
        })),
    );
    const own = this.declared.services.map(({ id, ranking, made }) => ({
      ...common,
      id,
      version: manifest.provides?.[id] ?? '1.0.0',
      ranking,
      service: this.container.make(made),
    }));
    return [...decorators, ...own];
  }

  contributions(): readonly PublishedContribution[] {
    const { requires = {}, optional = {} } = this.module.manifest;
    return this.declared.contributions.map(({ point, id, options, made }) => {
      const { order = 100, when } = options;
      const value = this.container.make(made);
      if (made.kind === 'class') this.declared.checkContributed(point, id, value);
      const contribution: Contribution<unknown> = Object.freeze({ id, module: this.module.id, order, when, value });
      return { point, range: requires[point] ?? optional[point] ?? '*', contribution };
    });
  }
}
