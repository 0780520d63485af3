import {
  type AccessContext,
  type ConditionalContributions,
  type Contribution,
  type ContributionDelta,
  Emitter,
  type Explanation,
  type Given,
} from '../api/index.js';
import { runInModule } from './attribution.js';
import type { ContributionErrors } from './contribution-errors.js';
import { type Step, stepsOf, type Visibility } from './visibility.js';

/** What one point holds at one moment. `conditional` is false when nothing in it asks anything. */
interface Snapshot<T> {
  readonly all: readonly Contribution<T>[];
  readonly steps: readonly (readonly Step[])[];
  readonly conditional: boolean;
}

const noFacts: Given = Object.freeze([]);

/** The host's view of its point. */
export class PointView<T> implements ConditionalContributions<T> {
  private snapshot: Snapshot<T> = { all: Object.freeze([]), steps: [], conditional: false };
  private readonly changed: Emitter<ContributionDelta<T>>;

  constructor(
    readonly id: string,
    readonly host: string,
    readonly version: string,
    /** Whether the host asks each contribution's `when`; what has one is left out otherwise. */
    readonly conditional: boolean,
    private readonly visibility: Visibility,
    private readonly contributionErrors: ContributionErrors,
    onListenerError: (error: unknown) => void,
  ) {
    this.changed = new Emitter(onListenerError);
  }

  get onDidChange(): ConditionalContributions<T>['onDidChange'] {
    return this.changed.event;
  }

  get listenerCount(): number {
    return this.changed.listenerCount;
  }

  all(): readonly Contribution<T>[] {
    return this.snapshot.all;
  }

  visible(access: AccessContext, given: Given = noFacts): readonly Contribution<T>[] {
    const { all, steps, conditional } = this.snapshot;
    if (!conditional) return all;
    const visible: Contribution<T>[] = [];
    for (let index = 0; index < all.length; index += 1) {
      const contribution = all[index] as Contribution<T>;
      if (this.visibility.holds(steps[index] as readonly Step[], access, given)) visible.push(contribution);
    }
    return visible;
  }

  isVisible(contribution: Contribution<T>, access: AccessContext, given: Given = noFacts): boolean {
    return this.visibility.holds(stepsOfContribution(contribution), access, given);
  }

  explain(id: string, access: AccessContext, given: Given = noFacts): Explanation | undefined {
    const index = this.snapshot.all.findIndex((contribution) => contribution.id === id);
    const contribution = this.snapshot.all[index];
    return contribution && this.visibility.explain(contribution.module, this.snapshot.steps[index] ?? [], access, given);
  }

  each<R>(use: (value: T, contribution: Contribution<T>) => R, among: readonly Contribution<T>[] = this.snapshot.all): R[] {
    const results: R[] = [];
    for (const contribution of among) {
      const fail = (error: unknown): void => this.contributionErrors.count(contribution.module, this.id, contribution.id, error);
      try {
        const result = runInModule(contribution.module, () => use(contribution.value, contribution));
        if (result instanceof Promise) result.catch(fail);
        results.push(result);
      } catch (error) {
        fail(error);
      }
    }
    return results;
  }

  /** Puts a new snapshot in place. Answers what tells the listeners, to be called when all points are in place. */
  replace(contributions: readonly Contribution<T>[]): () => void {
    const before = this.snapshot.all;
    const all = Object.freeze([...contributions].sort(byOrder));
    const steps = all.map(stepsOfContribution);
    this.snapshot = { all, steps, conditional: steps.some((list) => list.length > 0) };
    const known = new Set(before);
    const kept = new Set(all);
    const added = all.filter((contribution) => !known.has(contribution));
    const removed = before.filter((contribution) => !kept.has(contribution));
    return () => {
      if (added.length > 0 || removed.length > 0) this.changed.fire({ added, removed });
    };
  }

  /** The host is gone: nothing is here any more, and nobody listens. */
  close(): void {
    this.replace([])();
    this.changed.dispose();
  }
}

const knownSteps = new WeakMap<Contribution<unknown>, readonly Step[]>();

/** Made once per contribution: a snapshot is made anew whenever any module comes or goes. */
function stepsOfContribution(contribution: Contribution<unknown>): readonly Step[] {
  const known = knownSteps.get(contribution);
  if (known !== undefined) return known;
  const steps = stepsOf(contribution.when);
  knownSteps.set(contribution, steps);
  return steps;
}

function byOrder(a: Contribution<unknown>, b: Contribution<unknown>): number {
  return a.order - b.order || compare(a.module, b.module) || compare(a.id, b.id);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
