import {
  type Activity,
  type Class,
  type ConditionalOptions,
  type ContributionBinding,
  type ExtensionPoint,
  isConditional,
  type ModuleManifest,
  type ModuleSetup,
  PortalError,
  type ServiceBinding,
  type ServiceToken,
  tokenId,
} from '../api/index.js';
import { injectionsOf } from '../api/injections.js';

/** A class to be made once per start, or a value as it is. */
export type Made =
  | { readonly kind: 'class'; readonly from: Class<unknown> }
  | { readonly kind: 'value'; readonly value: unknown };

export interface DeclaredService {
  readonly token: ServiceToken<unknown>;
  readonly id: string;
  readonly ranking: number;
  readonly made: Made;
}

export interface DeclaredContribution {
  readonly point: string;
  readonly id: string;
  readonly options: ConditionalOptions;
  readonly made: Made;
}

/** What a module said in its setup, checked against its manifest. Nothing has been made yet. */
export class Declarations {
  /** Those that were named and, after the setup, those that they inject by class, each after the one that brought it in. */
  readonly classes = new Set<Class<unknown>>();
  readonly bindings: { readonly token: ServiceToken<unknown>; readonly made: Made }[] = [];
  readonly services: DeclaredService[] = [];
  readonly contributions: DeclaredContribution[] = [];
  readonly points = new Map<string, symbol>();
  readonly activities: Class<Activity>[] = [];
  private open = true;

  /** @param house points of the core, to which everybody may contribute without saying so. */
  constructor(
    readonly id: string,
    private readonly manifest: ModuleManifest,
    private readonly house: (point: string) => boolean,
  ) {}

  bind<T>(token: ServiceToken<T>): { to(implementation: Class<T>): void; value(value: T): void } {
    const add = (made: Made): void => {
      this.checkOpen();
      this.bindings.push({ token: token as unknown as ServiceToken<unknown>, made });
    };
    return { to: (from) => add(this.classOf(from)), value: (value) => add({ kind: 'value', value }) };
  }

  provide<T>(token: ServiceToken<T>): ServiceBinding<T> {
    const id = tokenId(token);
    const add = (made: Made, ranking = 0): void => {
      this.checkOpen();
      this.checkManifest('provides', id, this.manifest.provides);
      this.services.push({ token: token as unknown as ServiceToken<unknown>, id, ranking, made });
    };
    return {
      to: (from, options) => add(this.classOf(from), options?.ranking),
      value: (value, options) => add({ kind: 'value', value }, options?.ranking),
    };
  }

  contribute<T>(point: ExtensionPoint<T>): ContributionBinding<T, ConditionalOptions> {
    const pointId = tokenId(point);
    const add = (made: Made, options: ConditionalOptions = {}): void => {
      this.checkOpen();
      const { requires = {}, optional = {}, hosts = {} } = this.manifest;
      if (!this.house(pointId) && !(pointId in requires) && !(pointId in optional) && !(pointId in hosts))
        throw this.fault(`contributes to ${pointId}; add it to "optional" or "requires"`);
      const own = this.contributions.filter((other) => other.point === pointId);
      const id = options.id ?? ((made.kind === 'class' && made.from.name) || String(own.length));
      if (own.some((other) => other.id === id))
        throw this.fault(`contributes "${id}" to ${pointId} twice; give each an id of its own`);
      if (options.when !== undefined && !isConditional(point))
        throw this.fault(`contributes "${id}" to ${pointId} with a "when", which nobody asks there; leave it out`);
      this.contributions.push({ point: pointId, id, options, made });
    };
    return {
      to: (from, options) => add(this.classOf(from), options),
      value: (value, options) => add({ kind: 'value', value }, options),
    };
  }

  host<T>(point: ExtensionPoint<T>): void {
    this.checkOpen();
    const id = tokenId(point);
    this.checkManifest('hosts', id, this.manifest.hosts);
    this.points.set(id, point);
  }

  run(activity: Class<Activity>): void {
    this.checkOpen();
    this.classOf(activity);
    this.activities.push(activity);
  }

  /** What a module's setup is given; its methods can be taken apart: `({ provide, contribute }) => …`. */
  get forSetup(): ModuleSetup {
    return {
      id: this.id,
      bind: (token) => this.bind(token),
      provide: (token) => this.provide(token),
      contribute: (point) => this.contribute(point),
      host: (point) => this.host(point),
      run: (activity) => this.run(activity),
    };
  }

  /** Ends the setup: what the manifest promises must have been declared. */
  finish(): void {
    this.open = false;
    // A set takes what is added while it is walked: this is the closure.
    for (const each of this.classes)
      for (const injected of injectionsOf(each)) if (typeof injected === 'function') this.classes.add(injected as Class<unknown>);
    for (const id of Object.keys(this.manifest.provides ?? {}))
      if (!this.services.some((service) => service.id === id))
        throw this.fault(`promises the service ${id} under "provides", but does not provide it`);
    for (const id of Object.keys(this.manifest.hosts ?? {}))
      if (!this.points.has(id)) throw this.fault(`promises the extension point ${id} under "hosts", but does not host it`);
  }

  private classOf(from: Class<unknown>): Made {
    this.classes.add(from);
    return { kind: 'class', from };
  }

  private checkManifest(key: 'provides' | 'hosts', id: string, named: Readonly<Record<string, string>> = {}): void {
    if (!(id in named)) throw this.fault(`${key} ${id}; add it to "${key}"`);
  }

  private checkOpen(): void {
    if (!this.open) throw this.fault('declares something after its setup has ended; setup is synchronous');
  }

  private fault(what: string): PortalError {
    return new PortalError(
      'module-declaration',
      `Module ${this.id} ${what}${what.includes('add it') ? ' of its manifest' : ''}.`,
    );
  }
}
