import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AuditLog, type Transaction, UnitOfWork } from '@portico/core';
import { expect } from 'chai';
import { Generation, type GenerationState } from '../entities/generation.js';
import {
  type GenerationActor,
  type GenerationEvent,
  generationEvents,
  generationStates,
  nextState,
  noState,
  openStates,
  settledStates,
  transitionOf,
} from '../services/generations/state.js';
import { GenerationStateWriter } from '../services/generations/state-writer.js';
import { type CreatorPortal, startCreatorPortal } from './creator-portal.js';
import { eventTable, stateDiagram, stateTable } from './state-diagram.js';

const module = fileURLToPath(new URL('../../', import.meta.url));
const docs = fileURLToPath(new URL('../../../../docs/generations.md', import.meta.url));
const states = Object.keys(generationStates) as GenerationState[];
const events = Object.keys(generationEvents) as GenerationEvent[];
const fired = events.filter((event): event is Exclude<GenerationEvent, 'reserve'> => event !== 'reserve');

const no = undefined;

// biome-ignore format: a table
const expected: Readonly<Record<GenerationState | typeof noState, Readonly<Record<GenerationEvent, GenerationState | undefined>>>> = {
  none:      { reserve: 'reserved', send: no, hold: no, retry: no, receive: no, recover: no, lose: no, offer: no, 'offer-added': no, save: no, fail: no, cancel: no, discard: no, expire: no },
  reserved:  { reserve: no, send: 'sent', hold: 'reserved', retry: no, receive: no, recover: no, lose: no, offer: no, 'offer-added': no, save: no, fail: 'failed', cancel: 'failed', discard: no, expire: no },
  sent:      { reserve: no, send: no, hold: no, retry: 'reserved', receive: 'received', recover: 'received', lose: 'unknown', offer: no, 'offer-added': no, save: no, fail: 'failed', cancel: no, discard: no, expire: no },
  received:  { reserve: no, send: no, hold: no, retry: no, receive: no, recover: 'received', lose: 'unknown', offer: 'offered', 'offer-added': 'saved', save: no, fail: no, cancel: no, discard: no, expire: no },
  offered:   { reserve: no, send: no, hold: no, retry: no, receive: no, recover: no, lose: no, offer: no, 'offer-added': no, save: 'saved', fail: no, cancel: no, discard: 'discarded', expire: 'discarded' },
  saved:     { reserve: no, send: no, hold: no, retry: no, receive: no, recover: no, lose: no, offer: no, 'offer-added': no, save: no, fail: no, cancel: no, discard: no, expire: no },
  discarded: { reserve: no, send: no, hold: no, retry: no, receive: no, recover: no, lose: no, offer: no, 'offer-added': no, save: no, fail: no, cancel: no, discard: no, expire: no },
  failed:    { reserve: no, send: no, hold: no, retry: no, receive: no, recover: no, lose: no, offer: no, 'offer-added': no, save: no, fail: no, cancel: no, discard: 'discarded', expire: no },
  unknown:   { reserve: no, send: no, hold: no, retry: no, receive: no, recover: no, lose: no, offer: no, 'offer-added': no, save: no, fail: no, cancel: no, discard: 'discarded', expire: no },
};

describe('the life of a generation', () => {
  it('is in an open state or in a settled one, and in no other', () => {
    expect([...openStates, ...settledStates].sort()).to.deep.equal([...states].sort());
    expect(openStates).to.deep.equal(['reserved', 'sent', 'received']);
  });

  it('is the table that is written here once more', () => {
    for (const state of [noState, ...states] as const)
      for (const event of events) expect(nextState(state, event), `${state}, ${event}`).to.equal(expected[state][event]);
  });

  it('never leads out of what may have been paid for and back to where it is sent', () => {
    // Everything that can be reached from `sent` without the word of the service that it did not carry it out.
    const reached = new Set<GenerationState>(['sent']);
    for (let size = 0; size < reached.size; ) {
      size = reached.size;
      for (const state of [...reached])
        for (const event of events) {
          const next = event === 'retry' ? undefined : nextState(state, event);
          if (next) reached.add(next);
        }
    }
    expect(reached.has('reserved')).to.equal(false);
  });

  it('settles the usage of every generation exactly once, on every way to its end', () => {
    const walk = (state: GenerationState | typeof noState, settled: number, path: readonly string[]): void => {
      const after = events.filter((event) => nextState(state, event) !== undefined && !path.includes(`${state} ${event}`));
      if (state !== noState) expect(settled, path.join(', ')).to.equal(settledStates.includes(state) ? 1 : 0);
      for (const event of after)
        walk(nextState(state, event) as GenerationState, settled + (transitionOf(event).settles.includes('usage') ? 1 : 0), [
          ...path,
          `${state} ${event}`,
        ]);
    };
    walk(noState, 0, []);
  });

  describe('in the database', () => {
    let creator: CreatorPortal;
    let writer: GenerationStateWriter;
    const settled: string[] = [];
    const ledger = {
      reserve: async (): Promise<void> => {},
      settle: async (_: Transaction, { id }: Generation): Promise<void> => void settled.push(id),
    };
    const at = '2026-01-01T00:00:00.000Z';

    before(async () => {
      creator = await startCreatorPortal();
      const clock = { now: () => new Date('2026-02-02T00:00:00.000Z'), monotonic: () => 0 };
      const usage = ledger as unknown as ConstructorParameters<typeof GenerationStateWriter>[1];
      writer = new GenerationStateWriter(clock, usage, creator.portal.service(AuditLog));
    });
    after(() => creator.stop());

    const write = <T>(work: (transaction: Transaction) => Promise<T>): Promise<T> =>
      creator.portal.service(UnitOfWork).write(work);
    const row = (id: string): Promise<Generation | null> =>
      creator.portal.service(UnitOfWork).read((reader) => reader.repository(Generation).findOneBy({ id }));

    async function inState(state: GenerationState, id: string): Promise<Generation> {
      await write(async (transaction) => {
        await transaction.repository(Generation).delete({ id });
        await transaction.repository(Generation).insert({
          id,
          siteId: 's',
          personId: 'p',
          idempotencyKey: id,
          rootId: id,
          description: 'a lighthouse',
          size: '512x512',
          count: 1,
          state,
          maybeCharged: false,
          attempts: 0,
          createdAt: at,
          expiresAt: at,
          settledAt: settledStates.includes(state) ? at : null,
        });
      });
      return (await row(id)) as Generation;
    }

    /** As code that the compiler did not see. */
    const fire = (id: string, event: GenerationEvent, by: GenerationActor): Promise<boolean> =>
      write((transaction) =>
        (
          writer.fire as unknown as (
            t: Transaction,
            id: string,
            event: GenerationEvent,
            by: GenerationActor,
            also: object,
          ) => Promise<boolean>
        ).call(writer, transaction, id, event, by, { errorDetail: 'told' }),
      );

    for (const state of states)
      for (const event of fired) {
        const next = nextState(state, event);
        it(`${state}, ${event}: ${next ?? 'cannot happen'}`, async () => {
          const id = `${state}-${event}`;
          const before = await inState(state, id);
          settled.length = 0;
          const [by] = transitionOf(event).by as readonly [GenerationActor];
          expect(await fire(id, event, by)).to.equal(next !== undefined);
          const after = (await row(id)) as Generation;
          if (next === undefined) {
            expect(after).to.deep.equal(before);
            expect(settled).to.deep.equal([]);
            return;
          }
          const { settles } = transitionOf(event);
          expect([after.state, after.errorDetail]).to.deep.equal([next, 'told']);
          expect(after.settledAt).to.equal(settles.includes('time') ? '2026-02-02T00:00:00.000Z' : before.settledAt);
          expect(settled).to.deep.equal(settles.includes('usage') ? [id] : []);
        });
      }

    it('lets nobody fire what is not theirs, and nobody reserve what is there', async () => {
      const actors: readonly GenerationActor[] = ['order', 'runner', 'scheduler', 'delivery', 'recovery', 'author', 'sweep'];
      await inState('reserved', 'actors');
      for (const event of fired)
        for (const actor of actors.filter((each) => !transitionOf(event).by.includes(each))) {
          const refused = await fire('actors', event, actor).then(
            () => undefined,
            (error: Error) => error.message,
          );
          expect(refused).to.equal(`A generation cannot ${event} by its ${actor}.`);
        }
      const again = await fire('actors', 'reserve', 'order').then(
        (happened) => happened,
        () => false,
      );
      expect(again).to.equal(false);
      expect((await row('actors'))?.state).to.equal('reserved');
    });

    it('takes no state among other columns', async () => {
      const before = await inState('reserved', 'smuggled');
      const columns = before as object;
      const tried = await write((transaction) => writer.update(transaction, 'smuggled', columns)).catch(
        (error: Error) => error.message,
      );
      expect(tried).to.equal('The state of a generation is written by its events only.');
      const fired = await write((transaction) => writer.fire(transaction, 'smuggled', 'send', 'runner', columns)).catch(
        (error: Error) => error.message,
      );
      expect(fired).to.equal(tried);
      expect(await row('smuggled')).to.deep.equal(before);
    });
  });

  it('is written by one file: every other one only reads the rows of generations', async () => {
    const sources = (await readdir(module, { recursive: true }))
      .filter((file) => file.endsWith('.ts') && !/^(?:dist|node_modules|test|migrations)\//.test(file))
      .sort();
    expect(sources).to.include('services/generations/state-writer.ts');
    const writers: string[] = [];
    for (const file of sources) {
      const text = await readFile(join(module, file), 'utf8');
      // A repository that is kept in a variable, or whose method is none that reads, could write; so could SQL.
      const mayWrite = /repository\(\s*Generation\s*\)(?!\s*\.(?:find|exists|count)\w*\()/.test(text);
      const writesSql = /(?:UPDATE|INSERT\s+INTO|DELETE\s+FROM|REPLACE\s+INTO)\s+["'`]?ai_creator_generation\b/i.test(text);
      const builds = /\.(?:update|insert|delete|into|from)\(\s*Generation\b/.test(text);
      if (mayWrite || writesSql || builds) writers.push(file);
    }
    expect(writers).to.deep.equal(['services/generations/state-writer.ts']);
  });

  it('is drawn in the documentation as it is in the table', async () => {
    const text = await readFile(docs, 'utf8');
    let made = text;
    for (const [name, part] of Object.entries({ diagram: stateDiagram(), states: stateTable(), events: eventTable() }))
      made = made.replace(
        new RegExp(`(<!-- ${name}: [^>]*-->\n\n)[^]*?(<!-- end -->)`),
        (_, start: string, end: string) => `${start}${part}\n\n${end}`,
      );
    if (process.env.UPDATE_DOCS === '1') await writeFile(docs, made);
    else expect(text, 'UPDATE_DOCS=1 writes it anew').to.equal(made);
    for (const event of events) expect(made).to.contain(`\`${event}\``);
  });
});
