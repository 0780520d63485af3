import type { AccessContext } from './access.js';
import type { Event } from './event.js';
import { type ConditionalPoint, type ExtensionPoint, type ServiceToken, tokenId } from './tokens.js';
import type { Explanation, Given, When } from './when.js';

/** What a contributor says about a contribution beside its value. */
export interface ContributionOptions {
  /** Unique within point and module; stable, people configure and test by it. Default: the class name, or the index. */
  readonly id?: string;
  /** Ascending; ties are broken by module id, then by id. Default 100. */
  readonly order?: number;
}

/** The same for a point whose host asks when a contribution is there. */
export interface ConditionalOptions extends ContributionOptions {
  readonly when?: When;
}

/** One contribution as its host sees it. */
export interface Contribution<T> {
  readonly id: string;
  readonly module: string;
  readonly order: number;
  readonly when: When | undefined;
  readonly value: T;
}

/** What changed in a point: told after the new snapshot is in place. */
export interface ContributionDelta<T> {
  readonly added: readonly Contribution<T>[];
  readonly removed: readonly Contribution<T>[];
}

/** The host's view of an extension point. Snapshots are frozen and sorted; an old one never changes under its reader. */
export interface Contributions<T> {
  all(): readonly Contribution<T>[];
  /**
   * Uses each of the given contributions (default: all), leaving out those that throw: the failure is counted and named on the
   * status page, and the neighbours live.
   */
  each<R>(use: (value: T, contribution: Contribution<T>) => R, among?: readonly Contribution<T>[]): R[];
  readonly onDidChange: Event<ContributionDelta<T>>;
}

/** The same of a conditional point: its host asks for each person and request. */
export interface ConditionalContributions<T> extends Contributions<T> {
  /** What is there for this person, here, now. */
  visible(access: AccessContext, given?: Given): readonly Contribution<T>[];
  /** Whether one contribution of this point is there for this person, here, now. */
  isVisible(contribution: Contribution<T>, access: AccessContext, given?: Given): boolean;
  /** Why one contribution is, or is not, there. Undefined when nobody contributes that id. */
  explain(id: string, access: AccessContext, given?: Given): Explanation | undefined;
}

/** Injects what was contributed to a point this module hosts: `@inject(contributions(MenuItems)) items: ConditionalContributions<MenuItem>`. */
export const contributions: {
  <T>(point: ConditionalPoint<T>): ServiceToken<ConditionalContributions<T>>;
  <T>(point: ExtensionPoint<T>): ServiceToken<Contributions<T>>;
} = (point: symbol) => Symbol.for(`portico.contributions:${tokenId(point)}`) as never;
