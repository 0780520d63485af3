import type { Queued } from './generation-queue.js';

type Due = (queued: Queued) => void;

/** One timer per generation, at most. What is due after a restart is known from the rows, not from here. */
export class Timers {
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private due: Due | undefined;

  /** @param due told each generation whose time has come. */
  start(due: Due): void {
    this.due = due;
  }

  stop(): void {
    this.due = undefined;
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  /** Replaces the one that is set. Without effect before the start and after the stop. */
  set({ id, personId }: Queued, millis: number): void {
    if (!this.due) return;
    this.drop(id);
    const timer = setTimeout(() => {
      this.timers.delete(id);
      this.due?.({ id, personId });
    }, millis);
    this.timers.set(id, timer);
  }

  drop(id: string): void {
    clearTimeout(this.timers.get(id));
    this.timers.delete(id);
  }
}
