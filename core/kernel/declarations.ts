import {
  type Activity,
  type Class,
  type ConditionalOptions,
  type ContributionBinding,
  type DeclaredFlag,
  type DecoratorBinding,
  type ExtensionPoint,
  type FlagDeclaration,
  type ModuleDefinition,
  type ModuleManifest,
  type ModuleSetup,
  PortalError,
  SecretStores,
  type ServiceBinding,
  type ServiceToken,
  tokenId,
} from '../api/index.js';
import { injectionsOf } from '../api/injections.js';
import { lackOf } from '../api/point-requirements.js';
import { isConditional, isOptional, isService } from '../api/tokens.js';
import { wayBack } from './way-back.js';

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

export interface DeclaredDecorator {
  readonly id: string;
  readonly order: number;
  readonly made: Made;
}

export interface DeclaredContribution {
  readonly point: string;
  readonly id: string;
  readonly options: ConditionalOptions;
  readonly made: Made;
}

/** What a module said in its parts. Nothing has been made yet. */
export class Declarations {
  /** Those that were named and, after the setup, those that they inject by class, each after the one that brought it in. */
  readonly classes = new Set<Class<unknown>>();
  readonly bindings: { readonly token: ServiceToken<unknown>; readonly made: Made }[] = [];
  readonly services: DeclaredService[] = [];
  readonly decorators: DeclaredDecorator[] = [];
  readonly contributions: DeclaredContribution[] = [];
  readonly points = new Map<string, symbol>();
  readonly activities: Class<Activity>[] = [];
  readonly flags = new Map<string, FlagDeclaration>();
  private open = true;

  constructor(readonly id: string) {}

  /** Declares what a definition says. @throws PortalError `module-declaration`, or whatever a part throws. */
  static of(id: string, { parts }: ModuleDefinition, run: <T>(work: () => T) => T = (work) => work()): Declarations {
    const declared = new Declarations(id);
    for (const part of parts) {
      const answer: unknown = run(() => part(declared.forSetup));
      if (answer instanceof Promise) {
        answer.catch(() => {});
        throw declared.fault('has a part that answers a promise; it must be synchronous');
      }
    }
    declared.finish();
    return declared;
  }

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
      this.services.push({ token: token as unknown as ServiceToken<unknown>, id, ranking, made });
    };
    return {
      to: (from, options) => add(this.classOf(from), options?.ranking),
      value: (value, options) => add({ kind: 'value', value }, options?.ranking),
    };
  }

  decorate<T>(token: ServiceToken<T>): DecoratorBinding<T> {
    const id = tokenId(token);
    return {
      to: (from, { order = 100 } = {}) => {
        this.checkOpen();
        if (this.decorators.some((other) => other.id === id)) throw this.fault(`decorates ${id} twice`);
        this.decorators.push({ id, order, made: this.classOf(from) });
      },
    };
  }

  contribute<T>(point: ExtensionPoint<T>): ContributionBinding<T, ConditionalOptions> {
    const pointId = tokenId(point);
    const add = (made: Made, options: ConditionalOptions = {}): void => {
      this.checkOpen();
      const own = this.contributions.filter((other) => other.point === pointId);
      const id = options.id ?? ((made.kind === 'class' && made.from.name) || String(own.length));
      if (own.some((other) => other.id === id))
        throw this.fault(`contributes "${id}" to ${pointId} twice; give each an id of its own`);
      if (options.when !== undefined && !isConditional(point))
        throw this.fault(`contributes "${id}" to ${pointId} with a "when", which nobody asks there; leave it out`);
      if (made.kind === 'value') this.checkContributed(pointId, id, made.value);
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
    this.points.set(id, point);
  }

  run(activity: Class<Activity>): void {
    this.checkOpen();
    this.classOf(activity);
    this.activities.push(activity);
  }

  flag({ key, declaration }: DeclaredFlag): void {
    this.checkOpen();
    if (this.flags.has(key)) throw this.fault(`declares the flag ${key} twice`);
    this.flags.set(key, declaration);
  }

  /** What a module's setup is given; its methods can be taken apart: `({ provide, contribute }) => …`. */
  get forSetup(): ModuleSetup {
    return {
      id: this.id,
      bind: (token) => this.bind(token),
      provide: (token) => this.provide(token),
      decorate: (token) => this.decorate(token),
      contribute: (point) => this.contribute(point),
      host: (point) => this.host(point),
      run: (activity) => this.run(activity),
      flag: (definition) => this.flag(definition),
    };
  }

  /**
   * What was declared stands in the manifest, and what the manifest promises was declared.
   * @param isCorePoint points of the core's API, to which everybody may contribute without saying so.
   * @throws PortalError `module-declaration`.
   */
  check(manifest: ModuleManifest, isCorePoint: (point: string) => boolean): void {
    const { requires = {}, optional = {}, provides = {}, decorates = {}, hosts = {}, flags = {} } = manifest;
    const unnamed = (what: string, key: string): PortalError => this.fault(`${what}; add it to "${key}" of its manifest`);
    for (const { id } of this.services) if (!(id in provides)) throw unnamed(`provides ${id}`, 'provides');
    for (const { id } of this.decorators) if (!(id in decorates)) throw unnamed(`decorates ${id}`, 'decorates');
    for (const id of this.points.keys()) if (!(id in hosts)) throw unnamed(`hosts ${id}`, 'hosts');
    for (const key of this.flags.keys()) if (!(key in flags)) throw unnamed(`declares the flag ${key}`, 'flags');
    if (this.contributions.some(({ point }) => point === tokenId(SecretStores)) && manifest.keepsSecrets !== true)
      throw this.fault(`contributes to ${tokenId(SecretStores)}; its manifest must say "keepsSecrets": true`);
    for (const { point } of this.contributions)
      if (!isCorePoint(point) && !(point in requires) && !(point in optional) && !(point in hosts))
        throw this.fault(`contributes to ${point}; add it to "optional" or "requires" of its manifest`);
    for (const id of Object.keys(provides))
      if (!this.services.some((service) => service.id === id))
        throw this.fault(`promises the service ${id} under "provides", but does not provide it`);
    for (const id of Object.keys(decorates))
      if (!this.decorators.some((decorator) => decorator.id === id))
        throw this.fault(`promises to decorate ${id} under "decorates", but does not`);
    for (const id of Object.keys(hosts))
      if (!this.points.has(id)) throw this.fault(`promises the extension point ${id} under "hosts", but does not host it`);
  }

  /** What is contributed has what its point asks for; of a class, what was made of it. @throws PortalError `module-declaration`. */
  checkContributed(point: string, id: string, value: unknown): void {
    const lack = lackOf(point, value);
    if (lack !== undefined) throw this.fault(`contributes "${id}" to ${point}, ${lack}`);
  }

  /** Ends the setup, and takes the closure of what constructors inject by class. */
  private finish(): void {
    this.open = false;
    // A set takes what is added while it is walked.
    for (const each of this.classes)
      for (const injected of injectionsOf(each)) if (typeof injected === 'function') this.classes.add(injected as Class<unknown>);
    this.checkNotItself();
  }

  /** What asks for itself would be made, or called, for ever. */
  private checkNotItself(): void {
    const offered = new Map(this.services.map(({ id, made }) => [id, made]));
    for (const each of this.classes)
      for (const injected of injectionsOf(each)) {
        const id = typeof injected === 'symbol' && isOptional(injected) ? tokenId(injected) : undefined;
        if (id !== undefined && offered.has(id))
          throw this.fault(
            `provides ${id} and asks for it with optional() in ${each.name || 'a class'}, which would find itself; ` +
              `ask for the class, or say decorate() to stand before the service of another module`,
          );
      }
    const next = (from: Class<unknown>): readonly Class<unknown>[] =>
      [...injectionsOf(from)].flatMap((injected) => {
        if (typeof injected === 'function') return [injected as Class<unknown>];
        const made = isService(injected) ? offered.get(tokenId(injected)) : undefined;
        return made?.kind === 'class' ? [made.from] : [];
      });
    for (const [id, made] of offered) {
      const way = made.kind === 'class' ? wayBack(made.from, next) : undefined;
      if (way)
        throw this.fault(
          `provides ${id} with a class that asks for itself: ${way.map(({ name }) => name || 'a class').join(' -> ')}`,
        );
    }
  }

  private classOf(from: Class<unknown>): Made {
    this.classes.add(from);
    return { kind: 'class', from };
  }

  private checkOpen(): void {
    if (!this.open) throw this.fault('declares something after its setup has ended; setup is synchronous');
  }

  private fault(what: string): PortalError {
    return new PortalError('module-declaration', `Module ${this.id} ${what}.`);
  }
}
