import { AsyncLocalStorage } from 'node:async_hooks';
import type { Log } from '../api/index.js';
import { withTimeout } from '../util/with-timeout.js';

export type Effect = () => void | Promise<void>;

/**
 * Runs what transactions left for after their commit: one transaction's effects after the other's, in the order of the commits.
 * Effects that a write inside an effect leaves run at once, because their turn would come only after the one that waits for them.
 */
export class CommitEffects {
  private readonly inside = new AsyncLocalStorage<true>();
  private tail: Promise<void> | undefined;

  /** @param limitMillis who takes longer is not waited for: the effects of others come after it. */
  constructor(
    private readonly log: Log,
    private readonly limitMillis: number,
  ) {}

  run(effects: readonly Effect[]): Promise<void> {
    if (effects.length === 0) return Promise.resolve();
    if (this.inside.getStore()) return this.runAll(effects);
    const turn = this.tail ? this.tail.then(() => this.runAll(effects)) : this.runAll(effects);
    const tail = turn.finally(() => {
      if (this.tail === tail) this.tail = undefined;
    });
    this.tail = tail;
    return tail;
  }

  /** Node.js 20 asks every storage that is in use at every promise of the process. */
  close(): void {
    this.inside.disable();
  }

  private runAll(effects: readonly Effect[]): Promise<void> {
    return this.inside.run(true, async () => {
      for (const effect of effects) {
        try {
          await withTimeout(
            Promise.resolve(effect()),
            this.limitMillis,
            () => new Error(`An effect took over ${this.limitMillis} ms.`),
          );
        } catch (error) {
          this.log.error('Something that follows a commit failed; the commit stands.', { error });
        }
      }
    });
  }
}
