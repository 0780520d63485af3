import type { AccessContext, Contribution, Criterion, ExplainedStep, Explanation, Given, When } from '../api/index.js';
import { type ContributionErrors, messageOf } from './contribution-errors.js';

/** One line of a `when`: a key and one subject of it. */
export interface Step {
  readonly key: string;
  readonly subject: string;
}

/** The order in which people expect to be told; other keys follow. */
const order = ['flag', 'setting', 'scope', 'permission', 'contributed', 'given'];

const nothingToAsk: readonly Step[] = Object.freeze([]);

/** A `when` as a list of steps, made once when it is contributed. */
export function stepsOf(when: When | undefined): readonly Step[] {
  if (when === undefined) return nothingToAsk;
  const keys = Object.keys(when).sort((a, b) => rank(a) - rank(b));
  const steps = keys.flatMap((key) => {
    const subjects = when[key as keyof When];
    if (subjects === undefined) return [];
    const list = typeof subjects === 'string' ? [subjects] : subjects;
    return list.map((subject) => Object.freeze({ key, subject }));
  });
  return steps.length === 0 ? nothingToAsk : Object.freeze(steps);
}

const rank = (key: string): number => (order.includes(key) ? order.indexOf(key) : order.length);

/** Answers `when` from the criteria that are there now. A key nobody answers hides; so does an error. */
export class Visibility {
  private readonly portal: ReadonlyMap<string, Contribution<Criterion>>;
  private table: ReadonlyMap<string, Contribution<Criterion>>;

  constructor(
    portal: readonly Criterion[],
    private readonly contributionErrors: ContributionErrors,
  ) {
    this.portal = new Map(
      portal.map((value) => [value.key, { id: value.key, module: 'core', order: 0, when: undefined, value }] as const),
    );
    this.table = this.portal;
  }

  /** Takes the criteria of modules; a key of the portal, and the first of several, stays. */
  use(criteria: readonly Contribution<Criterion>[]): void {
    const table = new Map(this.portal);
    for (const criterion of criteria) if (!table.has(criterion.value.key)) table.set(criterion.value.key, criterion);
    this.table = table;
  }

  holds(steps: readonly Step[], access: AccessContext, given: Given): boolean {
    for (const { key, subject } of steps) {
      const criterion = this.table.get(key);
      if (criterion === undefined) return false;
      try {
        if (!criterion.value.holds(subject, access, given)) return false;
      } catch (error) {
        this.contributionErrors.count(criterion.module, 'portico.criteria', criterion.id, error);
        return false;
      }
    }
    return true;
  }

  explain(module: string, steps: readonly Step[], access: AccessContext, given: Given): Explanation {
    const active: ExplainedStep = { criterion: 'module', subject: module, met: true, reason: `The module ${module} is active.` };
    return walk([active, ...this.steps(steps, access, given)]);
  }

  steps(steps: readonly Step[], access: AccessContext, given: Given): readonly ExplainedStep[] {
    return steps.map((step) => this.explainStep(step, access, given));
  }

  private explainStep({ key, subject }: Step, access: AccessContext, given: Given): ExplainedStep {
    const criterion = this.table.get(key);
    if (criterion === undefined)
      return {
        criterion: key,
        subject,
        met: false,
        reason: `No active module can say whether the ${key} ${subject} holds, so it is hidden.`,
      };
    try {
      return criterion.value.explain(subject, access, given);
    } catch (error) {
      this.contributionErrors.count(criterion.module, 'portico.criteria', criterion.id, error);
      return {
        criterion: key,
        subject,
        met: false,
        reason: `Asking for the ${key} ${subject} failed, so it is hidden: ${messageOf(error)}`,
      };
    }
  }
}

export function walk(steps: readonly ExplainedStep[]): Explanation {
  const blocking = steps.find(({ met }) => !met);
  return { visible: blocking === undefined, steps, blocking };
}
