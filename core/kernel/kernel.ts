import { setMaxListeners } from 'node:events';
import {
  type ConditionalContributions,
  type ConditionalOptions,
  type ConditionalPoint,
  type ContributionOptions,
  type Contributions,
  Criteria,
  type Disposable,
  DisposableStore,
  Emitter,
  type Event,
  type Explanations,
  type ExtensionPoint,
  type Log,
  type ModuleActivity,
  type ModuleChange,
  type ModuleStatus,
  Modules,
  PortalError,
  type RegisteredContribution,
  type ServiceHandle,
  type ServiceToken,
  tokenId,
  type UnreadableModule,
} from '../api/index.js';
import { watchFolder } from './attribution.js';
import { ContributionErrors } from './contribution-errors.js';
import { CoreServices } from './core-services.js';
import { coreCriteria } from './criteria.js';
import { Decorators } from './decorators.js';
import { KernelExplanations } from './kernel-explanations.js';
import { type KernelOptions, type KernelStats, limitsOf } from './kernel-options.js';
import { Lifecycle } from './lifecycle.js';
import { LifecycleQueue } from './lifecycle-queue.js';
import type { InstalledModule } from './manifest-reader.js';
import { idsOf, type ModuleChangeSet, ModuleExchange } from './module-exchange.js';
import { type GateDecision, ModuleGate } from './module-gate.js';
import { activityOf } from './module-meter.js';
import { ModuleOperations } from './module-operations.js';
import { ModuleRecord } from './module-record.js';
import { statusOf } from './module-status.js';
import { ModuleSwitches } from './module-switches.js';
import { PointRegistry } from './point-registry.js';
import { Readiness } from './readiness.js';
import { Requirements } from './requirements.js';
import { ServiceRegistry } from './service-registry.js';
import { Visibility } from './visibility.js';

/** The portal's own parts are bound first, then modules are installed, then it boots. */
export class Kernel implements Modules {
  private readonly records = new Map<string, ModuleRecord>();
  private readonly services = new ServiceRegistry();
  private readonly store = new DisposableStore((error) => this.log.error('A part of the kernel could not be closed.', { error }));
  private readonly contributionErrors: ContributionErrors;
  private readonly visibility: Visibility;
  private readonly points: PointRegistry;
  private readonly portal: CoreServices;
  private readonly requirements: Requirements;
  private readonly lifecycle: Lifecycle;
  private readonly gate: ModuleGate;
  readonly decorators: Decorators;
  readonly explanations: Explanations;
  readonly onDidChange: Event<ModuleChange>;
  private readonly switches: ModuleSwitches;
  private readonly operations: ModuleOperations;
  private readonly exchange: ModuleExchange;
  private readonly log: Log;
  private readonly changed: Emitter<ModuleChange>;
  private readonly queue = new LifecycleQueue(() => this.gate.wake());
  readonly safeMode: boolean;
  readonly start = (id: string): Promise<ModuleStatus> => this.operations.start(id);
  readonly stop = (id: string): Promise<ModuleStatus> => this.operations.stop(id);
  readonly disable = (id: string): Promise<ModuleStatus> => this.operations.disable(id);
  readonly leaveOut = (): Promise<void> => this.operations.leaveOut();
  readonly enable = (id: string): Promise<ModuleStatus> => this.operations.enable(id);
  /** Stops a module and those that live on it, and starts them with the module's code as it is now; for development. */
  readonly reload = (id: string): Promise<ModuleStatus> => this.operations.reload(id);
  readonly dependentsOf = (id: string): readonly string[] => this.requirements.dependentsOf(id);
  /** Ids of modules that run now and live on this one, near or far: they start again when it is exchanged. */
  readonly livingOn = (id: string): readonly string[] => this.exchange.livingOn([id]).map((record) => record.id);
  private phase: 'building' | 'open' | 'closed' = 'building';
  private closed: Promise<void> | undefined;
  private notRead: readonly UnreadableModule[] = [];
  private readonly ending = new AbortController();

  constructor(private readonly options: KernelOptions) {
    const { gateMillis, ...limits } = limitsOf(options);
    this.log = options.logFor('core');
    this.safeMode = options.leftOut?.safeMode ?? false;
    setMaxListeners(0, this.ending.signal);
    const onListenerError = (error: unknown): void => this.log.error('A listener failed.', { error });
    this.changed = this.store.add(new Emitter(onListenerError));
    this.contributionErrors = new ContributionErrors((id) => options.logFor(id));
    this.visibility = new Visibility(
      coreCriteria(options.flags, (point) => this.points.view(point)),
      this.contributionErrors,
    );
    this.points = new PointRegistry(this.visibility, this.contributionErrors, onListenerError);
    this.onDidChange = this.changed.event;
    this.explanations = new KernelExplanations(this.points, this.visibility, (id) => this.status(id));
    this.portal = new CoreServices(this.services, this.points, this.store);
    this.requirements = new Requirements(this.records, this.services, this.points);
    this.switches = new ModuleSwitches(options.disabled);
    const isChanging = (): boolean => this.phase !== 'closed' && this.queue.busy;
    this.gate = new ModuleGate((id) => this.exchange.stateOf(id) ?? this.records.get(id)?.gateState(isChanging()), gateMillis);
    this.lifecycle = new Lifecycle({
      records: this.records,
      requirements: this.requirements,
      context: {
        root: this.portal.root,
        services: this.services,
        points: this.points,
        limits,
        ending: this.ending.signal,
        prepare: options.prepare ?? [],
        moduleServices: (module) => options.moduleServices?.(module) ?? [],
        isCorePoint: (point) => this.portal.knows(point),
        standsBefore: (module, service) => options.standsBefore?.(module, service) ?? true,
      },
      flags: options.flags,
      clock: options.clock,
      contributionErrors: this.contributionErrors,
      logFor: (id) => options.logFor(id),
      onMove: ({ id, state }, from) => {
        this.changed.fire({ id, from, to: state });
        this.gate.wake();
      },
    });
    this.decorators = new Decorators(this.records, this.services, this.queue, this.lifecycle);
    const shared = {
      records: this.records,
      queue: this.queue,
      switches: this.switches,
      lifecycle: this.lifecycle,
      leftOut: options.leftOut,
      isOpen: () => this.phase === 'open',
      statusOf: (record: ModuleRecord) => this.statusOf(record),
    };
    this.operations = new ModuleOperations(shared);
    this.exchange = new ModuleExchange({
      ...shared,
      contributionErrors: this.contributionErrors,
      loadMillis: limits.loadMillis,
      resolve: () => {
        this.lifecycle.resolve(this.portal.offers);
        options.onModulesChange?.();
      },
      onRelease: () => this.gate.wake(),
    });
    this.bind(Modules, this);
    const criteria = this.host(Criteria);
    this.store.add(criteria.onDidChange(() => this.visibility.use(criteria.all())));
  }

  /** Offers a service of the core; before boot only. */
  bind<T>(token: ServiceToken<T>, service: T, version = '1.0.0'): void {
    this.checkBuilding();
    this.portal.bind(token, service, version);
  }

  /** Opens an extension point of the core; before boot only. */
  host<T>(point: ConditionalPoint<T>, version?: string): ConditionalContributions<T>;
  host<T>(point: ExtensionPoint<T>, version?: string): Contributions<T>;
  host<T>(point: ExtensionPoint<T>, version = '1.0.0'): Contributions<T> {
    this.checkBuilding();
    return this.portal.host(point, version);
  }

  /** Contributes in the name of the core, to its own points or to those of modules. */
  contribute<T>(point: ConditionalPoint<T>, value: T, options?: ConditionalOptions): Disposable;
  contribute<T>(point: ExtensionPoint<T>, value: T, options?: ContributionOptions): Disposable;
  contribute<T>(point: ExtensionPoint<T>, value: T, options: ConditionalOptions = {}): Disposable {
    return this.portal.contribute(point, value, options);
  }

  /** The modules that are known now. */
  get modules(): readonly InstalledModule[] {
    return [...this.records.values()].map(({ module }) => module);
  }

  /** Version of each service and point that the core offers, by id. */
  get coreOffers(): ReadonlyMap<string, string> {
    return this.portal.offers;
  }

  /** Lets modules come, change and go while the portal is open. @throws PortalError `module-not-started`, when nothing has changed. */
  async change(set: ModuleChangeSet): Promise<void> {
    const watchAsLast = (module: InstalledModule): void => void this.store.add(watchFolder(module));
    set.put?.forEach(watchAsLast);
    await this.exchange.run(set).catch((error: unknown) => {
      this.modules.filter(({ id }) => idsOf(set).includes(id)).forEach(watchAsLast);
      throw error;
    });
    this.notRead = this.notRead.filter(({ id }) => id === undefined || !idsOf(set).includes(id));
  }

  /** What a module provides, for the core: ask each time. */
  handle<T>(token: ServiceToken<T>): ServiceHandle<T> {
    return this.services.handle<T>(tokenId(token));
  }

  /** Makes modules known; none of their code runs. */
  install(modules: readonly InstalledModule[], unreadable: readonly UnreadableModule[] = []): void {
    this.checkBuilding();
    this.notRead = unreadable;
    for (const module of modules) {
      if (this.records.has(module.id)) throw new PortalError('module-twice', `The module ${module.id} is installed twice.`);
      this.records.set(module.id, new ModuleRecord(module));
      this.store.add(watchFolder(module));
    }
  }

  /**
   * Resolves and starts everything; what hangs goes on hanging without the others waiting for it.
   * @throws PortalError `module-needed` when a module that must be there is not; the portal is then closed.
   */
  async boot(): Promise<void> {
    this.checkBuilding();
    this.phase = 'open';
    const readiness = new Readiness({
      records: this.records,
      log: this.log,
      onDidChange: this.changed.event,
      statusOf: (record) => this.statusOf(record),
      idleTimeoutMillis: this.options.limits?.openMillis,
    });
    const settled = this.queue.run(async () => {
      await this.switches.load(this.records.values());
      for (const record of this.records.values()) record.leftOut = this.options.leftOut?.reasonFor(record.module);
      this.lifecycle.resolve(this.portal.offers);
      this.store.add(this.options.flags.onDidChange(({ key }) => this.operations.followFlag(key, this.log)));
      this.lifecycle.loadAhead();
      await this.lifecycle.reconcile();
      return readiness.missing();
    });
    const missing = await readiness.reached(settled);
    if (missing === undefined || this.lifecycle.closing) return;
    await this.shutdown();
    throw new PortalError(
      'module-needed',
      `The portal does not open without the module ${missing.id}: ${missing.reasons.join(' ')}`,
    );
  }

  /** Stops everything, dependents first; what has not started yet does not start any more. Every call waits for the one end. */
  shutdown(): Promise<void> {
    this.phase = 'closed';
    this.lifecycle.closing = true;
    this.ending.abort();
    this.closed ??= this.queue.add(() => this.lifecycle.reconcile()).then(() => this.store.dispose());
    return this.closed;
  }

  /** Lets a request into a module, holds it while the module starts, or turns it away. */
  enter(moduleId: string): GateDecision | Promise<GateDecision> {
    return this.gate.enter(moduleId);
  }

  contributionsWhen(flag: string): readonly RegisteredContribution[] {
    return this.points.whenFlag(flag);
  }

  list(): readonly ModuleStatus[] {
    return [...this.records.values()].map((record) => this.statusOf(record));
  }

  status(id: string): ModuleStatus | undefined {
    const record = this.records.get(id);
    return record && this.statusOf(record);
  }

  activity(id: string): ModuleActivity | undefined {
    const record = this.records.get(id);
    return record && activityOf(id, record.module.folder, record.run?.requests.count ?? 0, this.options.leftOut?.memoryOf(id));
  }

  unreadable(): readonly UnreadableModule[] {
    return this.notRead;
  }

  stats(): KernelStats {
    return {
      services: this.services.size,
      contributions: this.points.size,
      listeners: this.points.listenerCount + this.changed.listenerCount,
      held: this.gate.held,
    };
  }

  private statusOf(record: ModuleRecord): ModuleStatus {
    const lastCrash = this.options.leftOut?.lastCrashOf(record.id);
    return statusOf(record, this.requirements, this.contributionErrors, this.lifecycle.flaggedOff(record), lastCrash);
  }

  private checkBuilding(): void {
    if (this.phase !== 'building')
      throw new PortalError('portal-open', 'The portal is open; its own parts are bound before boot.');
  }
}
