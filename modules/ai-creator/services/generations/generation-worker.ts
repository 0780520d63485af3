import { ProviderError } from '@portico/ai-providers/api';
import { type Activity, type Disposable, inject, injectable, type Lifetime, Log, Modules, toDisposable } from '@portico/core';
import { GenerationOutcomes, ShutdownError } from './generation-outcomes.js';
import { GenerationQueue, type Queued } from './generation-queue.js';
import { GenerationRunner } from './generation-runner.js';
import { GenerationStore } from './generation-store.js';
import { ImageDelivery } from './image-delivery.js';
import { Retries } from './retries.js';

interface Running {
  readonly controller: AbortController;
  readonly done: Promise<void>;
}

/** What a generation that was cancelled may have cost, and how often it was sent. */
export interface Cancelled {
  readonly maybeCharged: boolean;
  readonly attempts: number;
}

/** Carries generations out, a few at a time and by person in turn, and settles after a start what the last run left behind. */
@injectable()
export class GenerationWorker implements Activity {
  private readonly running = new Map<string, Running>();
  private open = false;
  private isReady = false;

  constructor(
    @inject(GenerationStore) private readonly store: GenerationStore,
    @inject(GenerationRunner) private readonly runner: GenerationRunner,
    @inject(GenerationOutcomes) private readonly outcomes: GenerationOutcomes,
    @inject(GenerationQueue) private readonly queue: GenerationQueue,
    @inject(Retries) private readonly retries: Retries,
    @inject(ImageDelivery) private readonly delivery: ImageDelivery,
    @inject(Modules) private readonly modules: Modules,
    @inject(Log) private readonly log: Log,
  ) {}

  async onStart(lifetime: Lifetime): Promise<void> {
    this.open = true;
    this.retries.start(lifetime, (queued) => this.enqueue(queued));
    this.delivery.start((queued) => this.enqueue(queued));
    for (const generation of await this.store.inState('sent', 'received')) {
      if (await this.outcomes.recover(generation)) this.enqueue(generation);
    }
    for (const generation of await this.store.inState('reserved')) {
      if (!this.retries.resume(generation)) this.enqueue(generation);
    }
    lifetime.add(
      whenModulesSettled(this.modules, () => {
        this.isReady = true;
        this.pump();
      }),
    );
  }

  /** Running requests may end by themselves for a while; then they are given up and marked as unknown. */
  async onStop(): Promise<void> {
    this.open = false;
    this.isReady = false;
    this.retries.stop();
    this.delivery.stop();
    this.queue.clear();
    const all = Promise.allSettled([...this.running.values()].map(({ done }) => done));
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.outcomes.stopMillis);
    });
    await Promise.race([all, deadline]);
    clearTimeout(timer);
    for (const { controller } of this.running.values()) controller.abort(new ShutdownError());
    await all;
  }

  enqueue(queued: Queued): void {
    if (!this.open) return;
    const running = this.running.get(queued.id);
    if (running) return void running.done.then(() => this.enqueue(queued));
    this.queue.add(queued);
    this.pump();
  }

  /** Stops a generation; undefined when it was over already. */
  async cancel(id: string): Promise<Cancelled | undefined> {
    if (await this.cancelWaiting(id)) return this.cancelled(id);
    const running = this.running.get(id);
    if (!running) return undefined;
    running.controller.abort(new ProviderError('cancelled', 'Cancelled by its author.', { maybeCharged: true }));
    await running.done;
    // An answer that asked for patience may have come first.
    await this.cancelWaiting(id);
    return this.cancelled(id);
  }

  private async cancelWaiting(id: string): Promise<boolean> {
    const cancelled = { errorCode: 'cancelled', errorDetail: 'Cancelled by its author.' };
    if (!(await this.store.transition(id, 'cancel', 'author', cancelled))) return false;
    this.retries.drop(id);
    this.queue.remove(id);
    return true;
  }

  private async cancelled(id: string): Promise<Cancelled | undefined> {
    const after = await this.store.find(id);
    return after?.state === 'failed' ? { maybeCharged: after.maybeCharged, attempts: after.attempts } : undefined;
  }

  private pump(): void {
    while (this.isReady) {
      const queued = this.queue.take(this.running.size);
      if (queued === undefined) return;
      const { id } = queued;
      const controller = new AbortController();
      const done = this.runner
        .run(id, controller.signal)
        .catch((error: unknown) => {
          this.log.error('A generation ended in an error.', { generation: id, error });
          this.delivery.later(queued);
        })
        .finally(() => {
          this.running.delete(id);
          this.pump();
        });
      this.running.set(id, { controller, done });
    }
  }
}

/** Calls once, when no module is on its way, the own one included: until then nobody knows which one makes the images. */
function whenModulesSettled(modules: Modules, work: () => void): Disposable {
  let isOver = false;
  const areSettled = (): boolean => !modules.list().some(({ state }) => state === 'starting' || state === 'stopping');
  const look = (): void => {
    if (isOver || !areSettled()) return;
    changes.dispose();
    isOver = true;
    work();
  };
  // The next ones begin in the same turn in which one has started.
  const changes = modules.onDidChange(() => void setImmediate(look));
  setImmediate(look);
  return toDisposable(() => {
    isOver = true;
    changes.dispose();
  });
}
