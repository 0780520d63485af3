import {
  type AccessContext,
  AccessContexts,
  type Activity,
  AuditLog,
  Clock,
  type Command,
  type CommandCall,
  type ConditionalContributions,
  type Contribution,
  type Criterion,
  contributions,
  type ExplainedStep,
  type FirstStep,
  FirstSteps,
  inject,
  injectable,
  MessageCatalog,
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

/** The same list for operators. */
@injectable()
export class ListFirstSteps implements Command {
  readonly name = 'first-steps';
  readonly summary = 'List what is left to be done in a new portal; put the list away, or bring it back.';
  readonly options = [
    { name: 'put-away', description: 'Take the page First Steps out of the Control Panel.' },
    { name: 'show', description: 'Bring it back, for as long as something is left.' },
    { name: 'json', description: 'Print each step as one line of JSON: its id, label, sentence and address.' },
  ];
  readonly whenEmpty = 'Nothing is left to be done.';

  constructor(
    @inject(FirstStepList) private readonly list: FirstStepList,
    @inject(AccessContexts) private readonly contexts: AccessContexts,
    @inject(MessageCatalog) private readonly catalog: MessageCatalog,
  ) {}

  async run({ options, print }: CommandCall): Promise<void> {
    if (options['put-away'] === true || options.show === true) await this.list.put(options.show !== true);
    const { left } = this.list.all(this.contexts.system());
    for (const { id, module, value } of left) {
      const messages = this.catalog.for(module);
      const { href } = value;
      const [label = '', text = ''] = [value.label, value.text].map((key) => messages.text(key));
      print(options.json === true ? JSON.stringify({ id: `${module}.${id}`, label, text, href }) : `${label}  ${href}`);
    }
  }
}
