import {
  type AccessContext,
  type Activity,
  AuditLog,
  Clock,
  type ConditionalContributions,
  type Contribution,
  type Criterion,
  contributions,
  type ExplainedStep,
  type FirstStep,
  FirstSteps,
  inject,
  injectable,
  type MenuBadge,
  type MenuItem,
  Messages,
  UnitOfWork,
} from '@portico/core';
import { PutAwayEntity } from '../entities/put-away-entity.js';

const id = 'first-steps';

/** The steps of a person, and how many of them are done. */
export interface Steps {
  readonly left: readonly Contribution<FirstStep>[];
  readonly total: number;
}

/** What is left to be done in a new portal, as the modules that are there say it: memory reads. */
@injectable()
export class FirstStepList implements Activity {
  private isPutAway = false;

  constructor(
    @inject(contributions(FirstSteps)) private readonly steps: ConditionalContributions<FirstStep>,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(AuditLog) private readonly audit: AuditLog,
    @inject(Clock) private readonly clock: Clock,
  ) {}

  async onStart(): Promise<void> {
    this.isPutAway = await this.unitOfWork.read((reader) => reader.repository(PutAwayEntity).existsBy({ id }));
  }

  /** Nothing is left of a list that was put away. */
  of(access: AccessContext): Steps {
    return this.isPutAway ? { left: [], total: 0 } : this.all(access);
  }

  /** What is left, whether the list was put away or not. A step that fails counts as none. */
  all(access: AccessContext): Steps {
    const there = this.steps.visible(access);
    const asked = this.steps.each((step, contribution) => ({ contribution, isDone: step.isDone(access) }), there);
    return { left: asked.flatMap(({ contribution, isDone }) => (isDone ? [] : [contribution])), total: asked.length };
  }

  /** For everybody. @param isPutAway false: it is there again, for as long as something is left. */
  async put(isPutAway: boolean): Promise<void> {
    await this.unitOfWork.write(async (transaction) => {
      const lists = transaction.repository(PutAwayEntity);
      if ((await lists.existsBy({ id })) === isPutAway) return;
      if (isPutAway) await lists.insert({ id, at: this.clock.now().toISOString() });
      else await lists.delete({ id });
      const entry = { area: id, subject: id, scope: 'instance', action: isPutAway ? 'removed' : 'added' };
      await this.audit.record(transaction, entry);
      transaction.afterCommit(() => {
        this.isPutAway = isPutAway;
      });
    });
  }
}

/** Answers `when: { unfinished: 'first-steps' }`. */
@injectable()
export class UnfinishedCriterion implements Criterion {
  readonly key = 'unfinished';

  constructor(@inject(FirstStepList) private readonly list: FirstStepList) {}

  holds(subject: string, access: AccessContext): boolean {
    return subject === id && this.list.of(access).left.length > 0;
  }

  explain(subject: string, access: AccessContext): ExplainedStep {
    const met = this.holds(subject, access);
    const reason = met ? 'First steps are left to be done.' : 'The first steps are done, or were put away.';
    return { criterion: 'unfinished', subject, met, reason };
  }
}

/** The entry of the Control Panel, with how much is left. */
@injectable()
export class FirstStepsMenuItem implements MenuItem {
  readonly label = 'first-steps.title';
  readonly href = '/first-steps';
  readonly menu = 'control-panel';
  readonly category = 'configuration';
  readonly icon = 'check-circle';

  constructor(
    @inject(FirstStepList) private readonly list: FirstStepList,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  badge(access: AccessContext): MenuBadge | undefined {
    const count = this.list.of(access).left.length;
    if (count === 0) return undefined;
    return { text: String(count), label: this.messages.text('first-steps.left', { count }, access.locale), kind: 'info' };
  }
}
