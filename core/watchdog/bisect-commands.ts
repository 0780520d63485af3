import { type AuditLog, type Command, type CommandCall, type Modules, PortalError, type UnitOfWork } from '../api/index.js';
import type { Kernel } from '../kernel/index.js';
import { type Bisection, type SearchStep, searchAmong, stepOf, type Verdict } from './bisection.js';

export interface BisectDependencies {
  readonly bisection: Bisection;
  readonly kernel: Pick<Kernel, 'leaveOut' | 'modules'> & Pick<Modules, 'list' | 'status'>;
  readonly unitOfWork: UnitOfWork;
  readonly audit: AuditLog;
}

export const bisectReason = 'Left out by portico modules bisect, which looks for a culprit without it.';
const by = { id: 'system', name: 'the command line' };
const json = { name: 'json', description: 'Answers JSON.' };

interface Outcome {
  readonly step?: SearchStep;
  readonly culprit?: string;
}

/** `portico modules bisect start|good|bad|status|reset`; without a word it asks, on a terminal. */
export function bisectCommands(dependencies: BisectDependencies): readonly Command[] {
  const search = new BisectSearch(dependencies);
  const command = (word: string, summary: string, act: () => Outcome | Promise<Outcome>): Command => ({
    name: `modules bisect ${word}`,
    summary,
    options: [json],
    run: async (call) => tell(call, await act()),
  });
  return [
    {
      name: 'modules bisect',
      summary: 'Finds which module of others is at fault: turns them off by halves, and asks.',
      run: (call) => interview(search, call),
    },
    command('start', 'Begins a search: half of the modules of others are turned off.', () => search.start()),
    command('good', 'All is well with the modules that are on.', () => search.answer(false)),
    command('bad', 'It still goes wrong with the modules that are on.', () => search.answer(true)),
    command('status', 'Says where the search stands.', () => search.status()),
    command('reset', 'Gives the search up; all modules run as before.', () => search.reset()),
  ];
}

class BisectSearch {
  constructor(private readonly dependencies: BisectDependencies) {}

  /** @throws PortalError `bisection-runs`, `bisection-impossible` (409). */
  async start(): Promise<Outcome> {
    const { bisection, kernel } = this.dependencies;
    if (bisection.step)
      throw refused(
        'bisection-runs',
        'A search is under way: portico modules bisect status says where it stands, reset gives it up.',
      );
    const ids = new Set(
      kernel.modules.filter((module) => !module.isOfPortal && module.manifest.onFailure !== 'stop-portal').map(({ id }) => id),
    );
    const candidates = kernel
      .list()
      .filter(({ id, state }) => ids.has(id) && ['active', 'starting', 'waiting', 'failed'].includes(state))
      .map(({ id, requires, decorates, provides, hosts }) => ({
        id,
        requires: [...requires, ...decorates],
        provides: [...provides, ...hosts],
      }));
    if (candidates.length < 2)
      throw refused(
        'bisection-impossible',
        candidates.length === 0
          ? 'No module of others is on, so none of them is at fault.'
          : `Only one module of others is on: ${candidates[0]?.id}. Stop it, and see whether it still goes wrong.`,
      );
    return this.change(() => ({ search: searchAmong(candidates) }));
  }

  /** @throws PortalError `bisection-missing` (409). */
  async answer(goesWrong: boolean): Promise<Outcome> {
    this.status();
    return this.change(() => this.dependencies.bisection.after(goesWrong));
  }

  status(): Outcome {
    const { step } = this.dependencies.bisection;
    if (!step) throw refused('bisection-missing', 'No search is under way; portico modules bisect start begins one.');
    return { step };
  }

  async reset(): Promise<Outcome> {
    this.status();
    return this.change(() => ({}));
  }

  /** What is on follows what is kept, and that what the audit log has: whatever happens in between, the next start does the same. */
  private async change(decide: () => Verdict): Promise<Outcome> {
    const { bisection, kernel, unitOfWork, audit } = this.dependencies;
    let culprit: string | undefined;
    let kept: Promise<void> | undefined;
    await unitOfWork.write(async (transaction) => {
      const next = decide();
      culprit = next.culprit;
      const before = bisection.step?.off ?? [];
      const after = next.search ? stepOf(next.search).off : [];
      transaction.afterCommit(() => {
        kept = new Promise((resolve) => resolve(bisection.keep(next.search)));
        return kept;
      });
      await audit.record(transaction, {
        area: 'modules',
        subject: 'bisect',
        scope: 'instance',
        action: 'changed',
        before,
        after,
        by,
        via: 'command',
      });
    });
    // An error of an effect is logged and no more; who asked has to know.
    await kept;
    await kernel.leaveOut();
    return { step: bisection.step, culprit };
  }
}

async function interview(search: BisectSearch, call: CommandCall): Promise<number> {
  const { ask } = call;
  if (ask === undefined) return tell(call, search.status());
  let outcome = await search.start().catch((error: unknown) => {
    if (error instanceof PortalError && error.code === 'bisection-runs') return search.status();
    throw error;
  });
  while (outcome.step) {
    tell(call, outcome);
    outcome = await search.answer(await ask('Does it still go wrong?'));
  }
  return tell(call, outcome);
}

function tell({ options, print }: CommandCall, { step, culprit }: Outcome): number {
  if (options.json === true)
    print(JSON.stringify({ state: step ? 'searching' : culprit ? 'found' : 'over', ...step, culprit }, null, 2));
  else sentencesOf({ step, culprit }).forEach(print);
  return 0;
}

function sentencesOf({ step, culprit }: Outcome): readonly string[] {
  if (step)
    return [
      `${step.suspects.length} modules are under suspicion; ${step.steps === 1 ? '1 step is' : `${step.steps} steps are`} left.`,
      `On:  ${step.on.join(', ')}`,
      `Off: ${step.off.join(', ')}`,
      'When it still goes wrong: portico modules bisect bad. When it does not: portico modules bisect good.',
    ];
  if (culprit)
    return [
      `The culprit is ${culprit}, or none of the modules of others.`,
      `All modules run as before. To keep it off: portico modules disable ${culprit}.`,
    ];
  return ['The search is over; all modules run as before.'];
}

function refused(code: 'bisection-runs' | 'bisection-missing' | 'bisection-impossible', sentence: string): PortalError {
  return new PortalError(code, sentence, { status: 409, expose: true });
}
