import { inject, injectable } from '@portico/core';
import type { Generation } from '../../entities/generation.js';
import { CreatorConfig } from '../settings/creator-config.js';

/** What stands in the queue: an order, and whose it is. */
export type Queued = Pick<Generation, 'id' | 'personId'>;

/**
 * Whose turn it is. The orders of one person wait in the order in which they came; the persons take turns, one order each (round robin), so that who
 * orders twenty images holds up nobody by more than one. It lives in memory: after a start it is made anew of the rows that wait.
 */
@injectable()
export class GenerationQueue {
  /** The orders of each person, the person whose turn it is first. */
  private readonly turns = new Map<string, string[]>();

  constructor(@inject(CreatorConfig) private readonly config: CreatorConfig) {}

  /** Without effect for an order that is there already. */
  add({ id, personId }: Queued): void {
    const own = this.turns.get(personId);
    if (!own) this.turns.set(personId, [id]);
    else if (!own.includes(id)) own.push(id);
  }

  /** Takes the next order out; undefined when nobody waits, or as many are carried out as may be. @param running how many are. */
  take(running: number): Queued | undefined {
    const [next] = this.turns;
    if (!next || running >= this.config.values.concurrency) return undefined;
    const [personId, [id = '', ...rest]] = next;
    this.turns.delete(personId);
    if (rest.length > 0) this.turns.set(personId, rest);
    return { id, personId };
  }

  remove(id: string): void {
    for (const [personId, own] of this.turns) {
      const rest = own.filter((each) => each !== id);
      if (rest.length === 0) this.turns.delete(personId);
      else if (rest.length < own.length) this.turns.set(personId, rest);
    }
  }

  clear(): void {
    this.turns.clear();
  }

  /** How many orders have their turn before this one; undefined when it does not wait here. */
  before(id: string): number | undefined {
    const persons = [...this.turns.values()];
    const turn = persons.findIndex((own) => own.includes(id));
    const own = persons[turn]?.indexOf(id);
    if (own === undefined) return undefined;
    // Each other person has had one turn in every round before, and one in this round who stands before.
    return persons.reduce(
      (sum, { length }, index) => sum + (index === turn ? own : Math.min(length, own + (index < turn ? 1 : 0))),
      0,
    );
  }
}
