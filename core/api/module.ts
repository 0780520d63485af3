import type { ConditionalOptions, ContributionOptions } from './contributions.js';
import type { Lifetime } from './disposable.js';
import type { DeclaredFlag } from './flags.js';
import type { ExtensionPoint, ServiceToken } from './tokens.js';

/** A class that inversify makes: its constructor parameters carry `@inject`. */
export type Class<T> = new (...args: never[]) => T;

/** Work of a module that runs when it starts and is taken back when it stops. */
export interface Activity {
  /**
   * Runs after services and contributions are made and before any of them is seen; bounded by the start time limit.
   * @param lifetime goes with the stop, before `onStop` of this class: what is added in the line where it is made (a listener, a timer,
   * a watcher) needs no field and no `onStop`. It is disposed last-in-first-out, also when the start fails.
   */
  onStart?(lifetime: Lifetime): void | Promise<void>;
  /** Runs when the gate is closed and running requests have ended; bounded by the stop time limit. */
  onStop?(): void | Promise<void>;
}

export interface ServiceBinding<T> {
  /** @param options.ranking the highest wins, then the oldest; default 0. Users of the service start again when a better one comes. */
  to(implementation: Class<T>, options?: { readonly ranking?: number }): void;
  value(service: T, options?: { readonly ranking?: number }): void;
}

export interface DecoratorBinding<T> {
  /** @param options.order lower is nearer to the service, then by the id of the module; default 100. */
  to(implementation: Class<T>, options?: { readonly order?: number }): void;
}

type OptionsOf<Conditional extends boolean> = [Conditional] extends [true] ? ConditionalOptions : ContributionOptions;

export interface ContributionBinding<T, Options extends ContributionOptions = ContributionOptions> {
  to(implementation: Class<T>, options?: Options): void;
  value(contribution: T, options?: Options): void;
}

/**
 * What a module may say in `defineModule`. Nothing here does work: it declares, and the kernel acts when the module starts.
 * Classes are named where they do something. What their constructors inject by class is found from there, whatever part of the module
 * it is in, and is made once per start.
 */
export interface ModuleSetup {
  readonly id: string;
  /** A value of the module's own behind a token that is not exported. */
  bind<T>(token: ServiceToken<T>): { to(implementation: Class<T>): void; value(value: T): void };
  /** Offers a service to other modules; its id stands under `provides` in the manifest. */
  provide<T>(token: ServiceToken<T>): ServiceBinding<T>;
  /**
   * Stands before a service of another module, whoever uses it: the class asks for what was there with `former(token)`. Users of the service
   * start again when the decorator comes or goes. The id stands under `decorates` in the manifest.
   */
  decorate<T>(token: ServiceToken<T>): DecoratorBinding<T>;
  /** Adds to an extension point. Parked until the point's host is there. Only a conditional point takes a `when`. */
  contribute<T, Conditional extends boolean>(
    point: ExtensionPoint<T, Conditional>,
  ): ContributionBinding<T, OptionsOf<Conditional>>;
  /** Opens an extension point of this module; its id stands under `hosts` in the manifest. */
  host<T>(point: ExtensionPoint<T>): void;
  /** A class with `onStart` or `onStop`. Started in the order given, stopped in reverse. */
  run(activity: Class<Activity>): void;
  /** Declares a flag of the module's own; it stands under `flags` in the manifest. */
  flag(definition: DeclaredFlag): void;
}

/** What one part of a module adds: a function beside the classes it wires, e.g. `budgets.ts` in the folder of budgets. */
export type ModulePart = (setup: ModuleSetup) => void;

export interface ModuleDefinition {
  readonly parts: readonly ModulePart[];
}

/**
 * Defines a module; `module.ts` exports the answer as default. Parts are synchronous and declarative, and run in the order given,
 * at every start of the module, against a fresh container. Two of them may name the same class: it is made once.
 */
export function defineModule(...parts: readonly ModulePart[]): ModuleDefinition {
  return { parts };
}
