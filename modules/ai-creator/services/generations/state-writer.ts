import { AuditLog, Clock, In, inject, injectable, type Transaction } from '@portico/core';
import { Generation, type GenerationState } from '../../entities/generation.js';
import { generationEntry } from '../audit.js';
import { GenerationUsage } from '../spending/generation-usage.js';
import { type ActorOf, type GenerationEvent, noState, transitionOf } from './state.js';

/** The columns of a generation that say nothing about its life. */
export type GenerationColumns = Partial<Omit<Generation, 'id' | 'state' | 'settledAt'>>;

/**
 * The only code that writes rows of generations, and with that their state, by the table in state.ts. Each change is a condition in the database: what
 * another did first, stays. What an event settles is settled in its transaction.
 */
@injectable()
export class GenerationStateWriter {
  constructor(
    @inject(Clock) private readonly clock: Clock,
    @inject(GenerationUsage) private readonly usage: GenerationUsage,
    @inject(AuditLog) private readonly audit: AuditLog,
  ) {}

  /** A new row, counted by the budgets. @throws BudgetExceeded, and then the transaction leaves nothing behind. */
  async reserve(transaction: Transaction, columns: GenerationColumns & Pick<Generation, 'id'>): Promise<Generation> {
    const generations = transaction.repository(Generation);
    const generation = generations.create({ ...columns, state: transitionOf('reserve').to });
    await this.usage.reserve(transaction, generation);
    await generations.insert(generation);
    return generation;
  }

  /**
   * Makes something happen. False, and nothing is changed, when it cannot happen in the state in which the generation is by now.
   * @throws Error when the actor may never do this: a fault of the caller.
   */
  async fire<E extends Exclude<GenerationEvent, 'reserve'>>(
    transaction: Transaction,
    id: string,
    event: E,
    by: ActorOf<E>,
    columns: GenerationColumns = {},
  ): Promise<boolean> {
    const { from, to, by: actors, settles } = transitionOf(event);
    if (!actors.includes(by)) throw new Error(`A generation cannot ${event} by its ${by}.`);
    const states = from.filter((state): state is GenerationState => state !== noState);
    const over = settles.includes('time') && { settledAt: this.clock.now().toISOString(), retryAt: null };
    const generations = transaction.repository(Generation);
    const { affected } = await generations.update({ id, state: In(states) }, { ...lifeless(columns), state: to, ...over });
    if (affected !== 1) return false;
    const action = by === 'author' ? told[event] : undefined;
    if (action) await this.audit.record(transaction, generationEntry(await generations.findOneByOrFail({ id }), action));
    if (settles.includes('usage')) await this.usage.settle(transaction, await generations.findOneByOrFail({ id }));
    return true;
  }

  /** Writes what is no part of its life. */
  async update(transaction: Transaction, id: string, columns: GenerationColumns): Promise<void> {
    await transaction.repository(Generation).update({ id }, lifeless(columns));
  }

  /** Gives up what somebody ordered and nobody has sent yet, and takes their words out of the rest. */
  async forgetPerson(transaction: Transaction, personId: string): Promise<void> {
    const generations = transaction.repository(Generation);
    for (const { id } of await generations.findBy({ personId, state: 'reserved' }))
      await this.fire(transaction, id, 'cancel', 'author', { errorCode: 'cancelled' });
    await generations.update({ personId }, { description: '', sourceName: null });
  }

  /** Two accounts may have used the same idempotency key: those orders stay with an id that names nobody, until they expire. */
  async handOver(transaction: Transaction, from: string, to: string): Promise<void> {
    await transaction.query(
      `UPDATE ai_creator_generation SET person_id = ? WHERE person_id = ?
         AND idempotency_key NOT IN (SELECT idempotency_key FROM ai_creator_generation WHERE person_id = ?)`,
      [to, from, to],
    );
  }

  /** Forgets it; the ledger does not. */
  async remove(transaction: Transaction, id: string): Promise<void> {
    await transaction.repository(Generation).delete({ id });
  }
}

/** What authors do with a generation, as the audit log calls it; that its last image was added stands there by image. */
const told: Readonly<Partial<Record<GenerationEvent, string>>> = { cancel: 'cancelled', discard: 'discarded' };

/** An object may hold more than its type says. @throws Error when it names the state. */
function lifeless(columns: GenerationColumns): GenerationColumns {
  if ('state' in columns || 'settledAt' in columns) throw new Error('The state of a generation is written by its events only.');
  return columns;
}
