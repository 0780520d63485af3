import { Worker } from 'node:worker_threads';
import { type Activity, injectable, PortalError } from '@portico/core';
import type { Sanitized } from './sanitizer.js';

const timeLimitMillis = 10_000;

interface Waiting {
  readonly resolve: (clean: Sanitized) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Cleans what came from an editor, on the server, with a real HTML parser. The parser lives in a worker thread, which is started
 * by the first article that is saved and ends with the module.
 */
@injectable()
export class HtmlCleaner implements Activity {
  private worker: Worker | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;

  /** @throws PortalError `cleaning-failed` when the parser fails or takes longer than 10 s; nothing uncleaned is ever answered. */
  clean(html: string): Promise<Sanitized> {
    const worker = this.worker ?? this.startWorker();
    const id = ++this.lastId;
    return new Promise<Sanitized>((resolve, reject) => {
      const deadline = setTimeout(() => this.fail(new Error('The parser did not answer in time.')), timeLimitMillis);
      const settle = (): void => {
        clearTimeout(deadline);
        this.waiting.delete(id);
        if (this.waiting.size === 0) worker.unref();
      };
      this.waiting.set(id, {
        resolve: (clean) => {
          settle();
          resolve(clean);
        },
        reject: (cause) => {
          settle();
          reject(new PortalError('cleaning-failed', 'The text of the article could not be checked. Try again.', { cause }));
        },
      });
      worker.ref();
      worker.postMessage({ id, html });
    });
  }

  async onStop(): Promise<void> {
    await this.worker?.terminate();
    this.fail(new Error('The module stopped.'));
  }

  private startWorker(): Worker {
    const worker = new Worker(new URL('./sanitizer-worker.js', import.meta.url));
    worker.on('message', ({ id, clean }: { id: number; clean: Sanitized }) => this.waiting.get(id)?.resolve(clean));
    worker.on('error', (error) => this.fail(error));
    this.worker = worker;
    return worker;
  }

  /** Whoever waits is told, and the next call gets a new worker. */
  private fail(error: Error): void {
    void this.worker?.terminate();
    this.worker = undefined;
    for (const { reject } of [...this.waiting.values()]) reject(error);
  }
}
