import { AsyncLocalStorage } from 'node:async_hooks';
import { PortalError } from '../api/index.js';

/** One change at a time, in the order in which they were asked for. */
export class LifecycleQueue {
  private tail: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private readonly turn = new AsyncLocalStorage<{ open: boolean }>();

  /** @param onIdle told when the last change is done. */
  constructor(private readonly onIdle: () => void) {}

  get busy(): boolean {
    return this.waiting > 0;
  }

  /**
   * Runs a change after those before it; its failure does not touch the next.
   * @throws PortalError `lifecycle-reentered` when a change waits for another one, which would never come.
   */
  run<T>(change: () => Promise<T>): Promise<T> {
    if (this.turn.getStore()?.open)
      return Promise.reject(
        new PortalError('lifecycle-reentered', 'A module that is being started or stopped cannot start or stop modules.', {
          status: 409,
        }),
      );
    return this.add(change);
  }

  /** As `run`, for changes that nobody waits for. */
  add<T>(change: () => Promise<T>): Promise<T> {
    this.waiting += 1;
    const turn = { open: true };
    const answer = this.tail.then(() => this.turn.run(turn, change));
    this.tail = answer.then(
      () => this.done(turn),
      () => this.done(turn),
    );
    return answer;
  }

  private done(turn: { open: boolean }): void {
    turn.open = false;
    this.waiting -= 1;
    if (this.waiting > 0) return;
    // Node.js 20 asks every storage that is in use at every promise of the process.
    this.turn.disable();
    this.onIdle();
  }
}
