import { Worker } from 'node:worker_threads';
import { type Activity, inject, injectable, Messages, PortalError } from '@portico/core';
import { htmlExcess } from './html-limits.js';
import type { Sanitized } from './sanitizer.js';

const timeLimitMillis = 10_000;
/** Texts that are cleaned at the same time; of one person always one. */
const mostWorkers = 2;
/** Texts of one person that wait: beyond it, nobody is typing. */
const mostWaiting = 20;
const retryAfterSeconds = 10;

interface Job {
  readonly html: string;
  readonly resolve: (clean: Sanitized) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Cleans what came from an editor, on the server, with a real HTML parser.
 *
 * Texts have their turn by person: each person has a queue, one of it is cleaned at a time, and people take turns, so that whoever saves much,
 * or something that takes long, waits alone. What has more elements than an article is refused before it is parsed. The parser lives in
 * worker threads, which are started when an article is saved and end with the module; a text that takes longer than the limit fails, and
 * ends the worker that it was in and nobody else's.
 */
@injectable()
export class HtmlCleaner implements Activity {
  /** People who wait, in the order of their turns. */
  private readonly waiting = new Map<string, Job[]>();
  private readonly busy = new Set<string>();
  private readonly workers = new Set<CleaningWorker>();

  constructor(@inject(Messages) private readonly messages: Messages) {}

  /**
   * @param person whose text it is.
   * @throws PortalError `text-too-complex` (400): more elements than an article, or it took longer than 10 s; `too-many-requests` (429) of
   * somebody of whom 20 texts wait; `cleaning-failed` (500) when the parser fails. Nothing uncleaned is ever answered.
   */
  clean(html: string, person: string): Promise<Sanitized> {
    const excess = htmlExcess(html);
    if (excess) return Promise.reject(this.tooComplex(new Error(`Beyond the limit: ${excess}.`)));
    return new Promise<Sanitized>((resolve, reject) => {
      const jobs = this.waiting.get(person);
      if (jobs && jobs.length >= mostWaiting) return reject(this.tooMany());
      if (jobs) jobs.push({ html, resolve, reject });
      else this.waiting.set(person, [{ html, resolve, reject }]);
      this.next();
    });
  }

  async onStop(): Promise<void> {
    const stopped = new Error('The module stopped.');
    for (const jobs of this.waiting.values()) for (const { reject } of jobs) reject(failed(stopped));
    this.waiting.clear();
    await Promise.all([...this.workers].map((worker) => worker.end(stopped)));
    this.workers.clear();
  }

  /** Gives a free worker to the person whose turn it is. */
  private next(): void {
    for (const [person, jobs] of this.waiting) {
      if (this.busy.has(person)) continue;
      const worker = this.freeWorker();
      if (!worker) return;
      const [job, ...others] = jobs;
      // Behind everybody else, whoever has more.
      this.waiting.delete(person);
      if (others.length > 0) this.waiting.set(person, others);
      if (job) void this.run(worker, person, job);
    }
  }

  private async run(worker: CleaningWorker, person: string, { html, resolve, reject }: Job): Promise<void> {
    this.busy.add(person);
    try {
      resolve(await worker.clean(html));
    } catch (error) {
      this.workers.delete(worker);
      reject(error instanceof TimeIsUp ? this.tooComplex(error) : failed(error));
    } finally {
      this.busy.delete(person);
      this.next();
    }
  }

  private tooComplex(cause: unknown): PortalError {
    const sentence = this.messages.text('form.body-too-complex');
    return new PortalError('text-too-complex', sentence, { status: 400, details: { fields: { body: sentence } }, cause });
  }

  private tooMany(): PortalError {
    return new PortalError('too-many-requests', this.messages.text('form.too-many-saves'), {
      status: 429,
      retryAfter: retryAfterSeconds,
    });
  }

  private freeWorker(): CleaningWorker | undefined {
    for (const worker of this.workers) if (worker.isOver) this.workers.delete(worker);
    const free = [...this.workers].find(({ isFree }) => isFree);
    if (free || this.workers.size >= mostWorkers) return free;
    const worker = new CleaningWorker();
    this.workers.add(worker);
    return worker;
  }
}

class TimeIsUp extends Error {
  constructor() {
    super('The parser did not answer in time.');
  }
}

/** One thread with a parser, which has one text at a time. After a failure it is gone. */
class CleaningWorker {
  private readonly worker = new Worker(new URL('./sanitizer-worker.js', import.meta.url));
  private readonly ready = new Promise<void>((resolve) => this.worker.once('message', () => resolve()));
  private fail: ((error: unknown) => void) | undefined;
  isOver = false;

  get isFree(): boolean {
    return this.fail === undefined;
  }

  constructor() {
    this.worker.on('error', (error) => void this.end(error));
    this.worker.unref();
  }

  clean(html: string): Promise<Sanitized> {
    return new Promise<Sanitized>((resolve, reject) => {
      let deadline: NodeJS.Timeout | undefined;
      const settle = (): void => {
        clearTimeout(deadline);
        this.worker.removeAllListeners('message');
        this.worker.unref();
      };
      this.fail = (error) => {
        settle();
        reject(error);
      };
      this.worker.ref();
      void this.ready.then(() => {
        if (this.isOver) return;
        deadline = setTimeout(() => void this.end(new TimeIsUp()), timeLimitMillis);
        this.worker.once('message', (clean: Sanitized) => {
          settle();
          this.fail = undefined;
          resolve(clean);
        });
        this.worker.postMessage(html);
      });
    });
  }

  /** Fails the text that it has, if any, and ends the thread. */
  async end(error: unknown): Promise<void> {
    this.isOver = true;
    this.fail?.(error);
    await this.worker.terminate();
  }
}

function failed(cause: unknown): PortalError {
  return new PortalError('cleaning-failed', 'The text of the article could not be checked. Try again.', { cause });
}
