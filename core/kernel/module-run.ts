import type { Container } from 'inversify';
import {
  type Activity,
  type DeprecatedUse,
  type Disposable,
  DisposableStore,
  former,
  Lifetime,
  type Log,
  type ModuleDefinition,
  PortalError,
  serviceToken,
  toDisposable,
} from '../api/index.js';
import { runInModule } from './attribution.js';
import { messageOf } from './contribution-errors.js';
import { Declarations, type DeclaredContribution } from './declarations.js';
import { deprecatedIn } from './deprecated-uses.js';
import type { InstalledModule } from './manifest-reader.js';
import { ModuleContainer } from './module-container.js';
import { RequestCounter } from './module-gate.js';
import { ModuleOffers } from './module-offers.js';
import type { PointRegistry, PublishedContribution } from './point-registry.js';
import type { ServiceEntry, ServiceRegistry } from './service-registry.js';

/** How long a start that hangs holds up the end of the portal. */
const endingMillis = 1000;

/**
 * Waits for work that others wrote, but not for ever. The work itself cannot be stopped; nobody waits for it any longer.
 * @param ending when the portal closes, the wait is over soon.
 */
export async function withinLimit<T>(work: T | PromiseLike<T>, millis: number, what: string, ending?: AbortSignal): Promise<T> {
  if (!isPromiseLike(work)) return work;
  const timers: NodeJS.Timeout[] = [];
  let onEnding = (): void => {};
  const limit = new Promise<never>((_, reject) => {
    const giveUp = (within: string): void => reject(new PortalError('time-limit', `${what} did not finish ${within}.`));
    timers.push(setTimeout(() => giveUp(`within ${millis} ms`), millis));
    onEnding = () => void timers.push(setTimeout(() => giveUp('before the portal closed'), endingMillis));
    if (ending?.aborted) onEnding();
    else ending?.addEventListener('abort', onEnding);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    for (const timer of timers) clearTimeout(timer);
    ending?.removeEventListener('abort', onEnding);
  }
}

const isPromiseLike = <T>(value: T | PromiseLike<T>): value is PromiseLike<T> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

/** Work of the portal around each start of a module; what it answers is disposed after the stop. */
export type Preparation = (module: InstalledModule) => Promise<Disposable | undefined>;

export interface Limits {
  /** Code loads side by side and takes its time on a busy machine; only what never ends shall end here. */
  readonly loadMillis: number;
  readonly startMillis: number;
  readonly stopMillis: number;
  /** Migrations run here, and must not be cut off lightly. */
  readonly prepareMillis: number;
}

/** What the portal lends to every start. */
export interface KernelContext {
  readonly root: Container;
  readonly services: ServiceRegistry;
  readonly points: PointRegistry;
  readonly limits: Limits;
  /** Aborted when the portal closes. */
  readonly ending: AbortSignal;
  readonly prepare: readonly Preparation[];
  moduleServices(module: InstalledModule): Iterable<readonly [symbol, unknown]>;
  isCorePoint(point: string): boolean;
  /** Whether operators let a module stand before a service. */
  standsBefore(module: string, service: string): boolean;
}

/** Where a start or stop failed. */
export class PhaseError extends Error {
  constructor(
    readonly phase: string,
    cause: unknown,
  ) {
    super(messageOf(cause), { cause });
    this.name = 'PhaseError';
  }
}

/** One start of a module, from its first line to its last: everything of it goes when it stops. */
export class ModuleRun {
  /** Requests that are inside of this run. */
  readonly requests = new RequestCounter();
  private readonly store: DisposableStore;
  private readonly published = new DisposableStore((error) => this.note('withdraw', error));
  private readonly begun: { readonly activity: Activity; readonly lifetime: DisposableStore }[] = [];
  private declared: Declarations | undefined;
  private ready: { readonly services: readonly ServiceEntry[]; readonly offers: readonly PublishedContribution[] } | undefined;
  private formers: readonly ServiceEntry[] = [];
  /** Its places before services of others, by their id. */
  private readonly standing = new Map<string, Disposable>();
  private readonly faults: PhaseError[] = [];
  private over = false;
  /** What it does at this moment of its start: `import`, `prepare`, `setup`, `create` or `start`. */
  step = 'import';

  /**
   * @param age the number of this start; grows.
   * @param required the services it will live and die with.
   */
  constructor(
    private readonly module: InstalledModule,
    private readonly context: KernelContext,
    private readonly log: Log,
    private readonly age: number,
    private readonly required: readonly ServiceEntry[],
  ) {
    this.store = new DisposableStore((error) => this.note('dispose', error));
  }

  /** What this start lives on, as it was given it. */
  get used(): readonly ServiceEntry[] {
    return [...this.required, ...this.formers];
  }

  /** Where it stands among those that decorate a service; undefined before it has said so. */
  orderOf(id: string): number | undefined {
    return this.declared?.decorators.find((decorator) => decorator.id === id)?.order;
  }

  /** What it declares and injects that will be taken away. */
  get deprecated(): readonly DeprecatedUse[] {
    return this.declared ? deprecatedIn(this.declared) : [];
  }

  get contributes(): readonly DeclaredContribution[] {
    return this.declared?.contributions ?? [];
  }

  /** Makes everything and shows nothing. @throws PhaseError; the caller then stops this run. */
  async start(load: () => Promise<ModuleDefinition>): Promise<void> {
    const { ending, limits } = this.context;
    const { loadMillis, prepareMillis, startMillis } = limits;
    const definition = await this.phase('import', () => withinLimit(load(), loadMillis, 'Loading the module', ending));
    for (const prepare of this.context.prepare)
      await this.phase('prepare', () => withinLimit(this.prepared(prepare), prepareMillis, 'Preparing the module'));
    const declared = await this.phase('setup', () => this.setUp(definition));
    const container = await this.phase('create', () => this.create(declared, definition));
    await this.phase('start', () => withinLimit(this.runActivities(declared, container), startMillis, 'onStart', ending));
  }

  /** Shows everything at once. */
  publish(): void {
    for (const entry of this.ready?.services ?? []) if (!entry.decorates) this.published.add(this.context.services.add(entry));
    this.published.add(toDisposable(() => this.standing.forEach((place) => void place.dispose())));
    this.decorate();
    this.published.add(this.context.points.publish(this.ready?.offers ?? []));
  }

  /** Stands before the services that operators leave it, and steps aside from the others. */
  decorate(): void {
    for (const entry of this.ready?.services ?? []) {
      if (!entry.decorates) continue;
      const place = this.standing.get(entry.id);
      const isOn = this.context.standsBefore(this.module.id, entry.id);
      if (isOn && !place) this.standing.set(entry.id, this.context.services.add(entry));
      if (isOn || !place) continue;
      this.standing.delete(entry.id);
      void place.dispose();
    }
  }

  /** Takes everything back, each step in its own try. Answers the faults, first one first. */
  async stop(): Promise<readonly PhaseError[]> {
    const { stopMillis } = this.context.limits;
    this.over = true;
    await this.attempt('drain', () => withinLimit(this.requests.close(), stopMillis, 'A running request'));
    await this.attempt('withdraw', () => this.published.dispose());
    for (const { activity, lifetime } of this.begun.splice(0).reverse()) {
      await this.attempt('stop', () =>
        withinLimit(
          this.inModule(() => lifetime.dispose()),
          stopMillis,
          `What ${activity.constructor.name} added to its lifetime`,
        ),
      );
      await this.attempt('stop', () =>
        withinLimit(
          this.inModule(() => activity.onStop?.()),
          stopMillis,
          `${activity.constructor.name}.onStop`,
        ),
      );
    }
    await this.attempt('dispose', () => this.store.dispose());
    this.ready = undefined;
    return this.faults;
  }

  private async prepared(prepare: Preparation): Promise<void> {
    const taken = await this.inModule(() => prepare(this.module));
    if (taken !== undefined) this.hold(taken);
  }

  /** Disposed after the stop, within a limit of its own: one that hangs does not keep the next. */
  private hold(item: Disposable): void {
    const { stopMillis } = this.context.limits;
    this.store.add(
      toDisposable(() =>
        withinLimit(
          this.inModule(() => item.dispose()),
          stopMillis,
          'dispose',
        ),
      ),
    );
  }

  private setUp(definition: ModuleDefinition): Declarations {
    const declared = Declarations.of(this.module.id, definition, (work) => this.inModule(work));
    declared.check(this.module.manifest, (point) => this.context.isCorePoint(point));
    this.declared = declared;
    return declared;
  }

  private create(declared: Declarations, definition: ModuleDefinition): ModuleContainer {
    const container = new ModuleContainer(this.context.root, (made) => {
      if (isDisposable(made)) this.hold(made);
    });
    const { requires = {}, optional = {}, hosts = {} } = this.module.manifest;
    const own = new Map(this.context.moduleServices(this.module));
    for (const [token, value] of own) container.bindConstant(token, value);
    const lifetime: Lifetime = {
      add: (item) => {
        this.hold(item);
        return item;
      },
    };
    container.bindConstant(Lifetime, lifetime);
    container.bindRequired(this.required.filter(({ id }) => !own.has(serviceToken(id))));
    container.bindHandles({ ...optional, ...requires }, this.context.services, this.module.id);
    const offering = new ModuleOffers(this.module, declared, container, this.age);
    this.formers = offering.formers(this.context.services);
    for (const entry of this.formers) container.bindConstant(former(serviceToken(entry.id)), entry.service);
    for (const [id, point] of declared.points) {
      const { view, closing } = this.context.points.open(point, this.module.id, hosts[id] ?? '1.0.0', definition);
      this.store.add(closing);
      container.bindPoint(view);
    }
    container.bindDeclared(declared);
    this.inModule(() => {
      this.ready = { services: offering.services(this.formers), offers: offering.contributions() };
      for (const each of declared.classes) container.get(each);
    });
    return container;
  }

  private async runActivities(declared: Declarations, container: ModuleContainer): Promise<void> {
    for (const from of declared.activities) {
      if (this.over) return;
      const activity = container.get(from);
      const lifetime = new DisposableStore((error) => this.note('stop', error));
      this.begun.push({ activity, lifetime });
      await this.inModule(() => activity.onStart?.(lifetime));
    }
  }

  private inModule<T>(work: () => T): T {
    return runInModule(this.module.id, work);
  }

  private async phase<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    this.step = name;
    this.log.debug('A step of the start begins.', { step: name });
    try {
      return await work();
    } catch (error) {
      throw new PhaseError(name, error);
    }
  }

  private async attempt(phase: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.note(phase, error);
    }
  }

  private note(phase: string, error: unknown): void {
    this.faults.push(new PhaseError(phase, error));
    this.log.warn('A step of stopping a module failed; the others went on.', { phase, error });
  }
}

const isDisposable = (made: unknown): made is Disposable =>
  typeof made === 'object' && made !== null && 'dispose' in made && typeof made.dispose === 'function';
