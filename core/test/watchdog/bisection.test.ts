import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AuditLog, UnitOfWork } from '../../api/index.js';
import { type BisectDependencies, bisectCommands } from '../../watchdog/bisect-commands.js';
import { Bisection, type Candidate, searchAmong } from '../../watchdog/bisection.js';

const begin = (bisection: Bisection, candidates: readonly Candidate[]): void => bisection.keep(searchAmong(candidates));
const answer = (bisection: Bisection, goesWrong: boolean): string | undefined => {
  const { search, culprit } = bisection.after(goesWrong);
  bisection.keep(search);
  return culprit;
};

describe('a search for the module at fault', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'portico-bisection-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  /** Each requires what one before it offers; they come in the wrong order. */
  const chain = (count: number): readonly Candidate[] =>
    Array.from({ length: count }, (_, index) => ({
      id: `m${index}`,
      requires: index % 3 === 0 ? [] : [`s${index - 1}`],
      provides: [`s${index}`],
    })).reverse();

  it('finds each of any number of modules, in as many steps as halving takes', () => {
    for (const count of [2, 3, 5, 9, 12]) {
      const candidates = chain(count);
      for (const { id: culprit } of candidates) {
        const bisection = new Bisection(home);
        begin(bisection, candidates);
        let steps = 0;
        let found: string | undefined;
        while (found === undefined) {
          steps += 1;
          expect(bisection.step?.steps, 'what it says is left').to.be.at.least(1);
          found = answer(bisection, bisection.step?.on.includes(culprit) ?? false);
        }
        expect(found).to.equal(culprit);
        expect(steps, `${culprit} of ${count}`).to.be.at.most(Math.ceil(Math.log2(count)));
        expect(bisection.step).to.equal(undefined);
      }
    }
  });

  it('has everything that a module requires on, whenever it is on', () => {
    const candidates = chain(14);
    for (const { id: culprit } of candidates) {
      const bisection = new Bisection(home);
      begin(bisection, candidates);
      do {
        const on = bisection.step?.on ?? [];
        const offered = candidates.filter(({ id }) => on.includes(id)).flatMap(({ provides }) => provides);
        for (const { id, requires } of candidates) if (on.includes(id)) expect(offered, id).to.include.members([...requires]);
      } while (answer(bisection, bisection.step?.on.includes(culprit) ?? false) === undefined);
    }
  });

  it('goes on where it stood when the process is another one', () => {
    const first = new Bisection(home);
    begin(first, [...chain(9)].reverse());
    answer(first, true);
    const { step } = first;
    expect(step?.suspects).to.deep.equal(['m0', 'm1', 'm2', 'm3']);
    expect(new Bisection(home).step).to.deep.equal(step);
    expect(new Bisection(home).isOff('m3')).to.equal(true);
    first.keep(undefined);
    expect(new Bisection(home).step).to.equal(undefined);
  });

  it('keeps off what was off when it went wrong: a second culprit does not change what is found', () => {
    const bisection = new Bisection(home);
    begin(bisection, [...chain(8)].reverse());
    const culprits = ['m1', 'm6'];
    let found: string | undefined;
    while (found === undefined) found = answer(bisection, bisection.step?.on.some((id) => culprits.includes(id)) ?? false);
    expect(found).to.equal('m1');
  });

  it('copes with requirements that go in a circle', () => {
    const bisection = new Bisection(home);
    begin(bisection, [
      { id: 'a', requires: ['b'], provides: ['a'] },
      { id: 'b', requires: ['a'], provides: ['b'] },
    ]);
    expect([...(bisection.step?.suspects ?? [])].sort()).to.deep.equal(['a', 'b']);
  });

  it('does not move when the audit log does not have it: neither what is kept nor what runs', async () => {
    const bisection = new Bisection(home);
    begin(bisection, chain(4));
    const { step } = bisection;
    const asked: string[] = [];
    const unitOfWork: Pick<UnitOfWork, 'write'> = {
      write: async (work) => {
        await work({ afterCommit: () => asked.push('effect') } as never);
        throw new Error('the disk is full');
      },
    };
    const audit: Pick<AuditLog, 'record'> = { record: async () => void asked.push('audit') };
    const kernel = { leaveOut: async () => void asked.push('leaveOut') };
    const commands = bisectCommands({ bisection, kernel, unitOfWork, audit } as unknown as BisectDependencies);
    for (const word of ['bad', 'good', 'reset']) {
      const command = commands.find(({ name }) => name === `modules bisect ${word}`);
      const failure = await Promise.resolve(command?.run({ options: {} } as never)).catch((error: Error) => error.message);
      expect(failure, word).to.equal('the disk is full');
      expect([bisection.step, new Bisection(home).step]).to.deep.equal([step, step]);
    }
    expect(new Set(asked)).to.deep.equal(new Set(['audit', 'effect']));
  });
});
