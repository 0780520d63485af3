import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Flushes a folder, so that names in it survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes folders durable and flushes them; those who ask for the same folder at once share the next flush. */
export class Folders {
  private readonly ready = new Map<string, Promise<void>>();
  private readonly running = new Map<string, Promise<void>>();
  private readonly next = new Map<string, Promise<void>>();

  /** @param root exists already; every folder is below it. */
  constructor(private readonly root: string) {}

  /** Makes a folder and its parents up to the root. Flushed even when they were there: who made them may have died before. */
  ensure(folder: string): Promise<void> {
    const known = this.ready.get(folder);
    if (known) return known;
    const made = this.make(folder).catch((error: unknown) => {
      this.ready.delete(folder);
      throw error;
    });
    this.ready.set(folder, made);
    return made;
  }

  /** Resolves when everything that was renamed into the folder before the call is durable. */
  flush(folder: string): Promise<void> {
    const queued = this.next.get(folder);
    if (queued) return queued;
    const running = this.running.get(folder);
    if (!running) return this.start(folder);
    const following = running
      .catch(() => undefined)
      .then(() => {
        this.next.delete(folder);
        return this.start(folder);
      });
    this.next.set(folder, following);
    return following;
  }

  private start(folder: string): Promise<void> {
    const flush = syncFolder(folder).finally(() => this.running.delete(folder));
    this.running.set(folder, flush);
    return flush;
  }

  private async make(folder: string): Promise<void> {
    if (folder !== this.root) await this.ensure(dirname(folder));
    await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    await this.flush(dirname(folder));
  }
}
