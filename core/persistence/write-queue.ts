import { PortalError } from '../api/index.js';
import { databaseBusy } from './storage-errors.js';

interface Waiting {
  readonly start: () => void;
  readonly refuse: (error: PortalError) => void;
  readonly timer: NodeJS.Timeout;
}

/** One at a time, in the order of asking: the queue in front of the writer. Who waits longer than the limit is refused and never runs. */
export class WriteQueue {
  private readonly waiting: Waiting[] = [];
  private busy = false;
  private closed = false;
  private idle: (() => void) | undefined;

  constructor(private readonly waitMillis: number) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.closed) throw closing();
    if (this.busy) await this.turn();
    else this.busy = true;
    try {
      return await work();
    } finally {
      this.next();
    }
  }

  /** Lets what waits finish; whoever comes later is refused. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.busy) await new Promise<void>((resolve) => (this.idle = resolve));
  }

  private turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(entry), 1);
        reject(databaseBusy());
      }, this.waitMillis);
      const entry: Waiting = { start: resolve, refuse: reject, timer };
      this.waiting.push(entry);
    });
  }

  private next(): void {
    const entry = this.waiting.shift();
    if (entry) {
      clearTimeout(entry.timer);
      entry.start();
    } else {
      this.busy = false;
      this.idle?.();
    }
  }
}

function closing(): PortalError {
  return new PortalError('database-closed', 'The portal is shutting down. Try again in a moment.', {
    status: 503,
    expose: true,
    retryAfter: 5,
  });
}
