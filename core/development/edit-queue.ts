import type { PortalProcess } from './portal-process.js';
import { watchTree } from './watch-tree.js';

/** Files that were edited and wait to be taken in, one batch after the other, until the process is told to end. */
export class EditQueue {
  private readonly waiting = new Set<string>();
  private isWorking = false;
  private closing = false;

  /** @param take is never called twice at once. What it throws is said, and the next edit is taken in all the same. */
  constructor(
    private readonly portal: PortalProcess,
    private readonly take: (files: readonly string[]) => Promise<void>,
  ) {}

  get isClosing(): boolean {
    return this.closing;
  }

  /** Takes in what is edited below the folders. Told to end, the process closes the portal first. */
  watch(folders: Iterable<string>): void {
    const watched = watchTree(folders, (file) => this.add(file));
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, async () => {
        this.closing = true;
        watched.close();
        await this.portal.close();
        process.exit(0);
      });
    console.log('Edit something: it is shown by itself. Ctrl+C ends.');
  }

  add(file: string): void {
    this.waiting.add(file);
    if (this.isWorking) return;
    this.isWorking = true;
    // What an editor writes in one go is taken in at once.
    setTimeout(() => void this.work(), 15);
  }

  private async work(): Promise<void> {
    while (this.waiting.size > 0 && !this.closing) {
      const files = [...this.waiting];
      this.waiting.clear();
      try {
        await this.take(files);
      } catch (error) {
        // A bundler has said what is wrong with a script already.
        if (!(error as { readonly errors?: unknown }).errors) console.error((error as Error).message);
      }
    }
    this.isWorking = false;
  }
}
