import { type Activity, Clock, inject, injectable, Log } from '@portico/core';
import { GenerationStore } from './generation-store.js';

const interval = 15 * 60 * 1000;

/** Forgets results that were not added in time. */
@injectable()
export class Expiry implements Activity {
  private timer: NodeJS.Timeout | undefined;
  private last: Promise<void> = Promise.resolve();

  constructor(
    @inject(GenerationStore) private readonly store: GenerationStore,
    @inject(Clock) private readonly clock: Clock,
    @inject(Log) private readonly log: Log,
  ) {}

  onStart(): void {
    this.timer = setInterval(() => {
      this.last = this.sweep();
    }, interval);
    this.timer.unref();
    this.last = this.sweep();
  }

  async onStop(): Promise<void> {
    clearInterval(this.timer);
    await this.last;
  }

  async sweep(): Promise<void> {
    try {
      let gone = 0;
      for (let more = await this.store.expire(this.clock.now()); more > 0; more = await this.store.expire(this.clock.now()))
        gone += more;
      if (gone > 0) this.log.info('Generated images that nobody added have expired.', { generations: gone });
    } catch (error) {
      this.log.error('Expired generations could not be removed.', { error });
    }
  }
}
