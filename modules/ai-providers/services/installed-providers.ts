import { type Contributions, contributions, type Event, inject, injectable, Log } from '@portico/core';
import { type ImageProvider, ImageProviders, type InstalledProvider, type ProviderDirectory } from '../api/index.js';

/** The providers that modules contribute, each once. */
@injectable()
export class InstalledProviders implements ProviderDirectory {
  private readonly reported = new Set<string>();
  /** What was contributed when the providers were last read: another list is there after any change. */
  private readFrom: readonly unknown[] = [];
  private byId: ReadonlyMap<string, InstalledProvider<ImageProvider>> = new Map();
  private inOrder: readonly InstalledProvider<ImageProvider>[] = [];

  constructor(
    @inject(contributions(ImageProviders)) private readonly contributed: Contributions<ImageProvider>,
    @inject(Log) private readonly log: Log,
  ) {}

  get onDidChange(): Event<unknown> {
    return this.contributed.onDidChange;
  }

  images(): readonly InstalledProvider<ImageProvider>[] {
    this.follow();
    return this.inOrder;
  }

  image(id: string | null | undefined): InstalledProvider<ImageProvider> | undefined {
    this.follow();
    return this.byId.get(id ?? '');
  }

  /** Pages ask several times each, so that what is there is put together once. */
  private follow(): void {
    const contributed = this.contributed.all();
    if (contributed === this.readFrom) return;
    this.readFrom = contributed;
    const byId = new Map<string, InstalledProvider<ImageProvider>>();
    const installed = this.contributed.each((provider, { module }) => ({ id: provider.id, module, provider }));
    for (const { id, module, provider } of installed) {
      const first = byId.get(id);
      if (first) this.report(id, module, first.module);
      else byId.set(id, { module, provider });
    }
    this.byId = byId;
    this.inOrder = [...byId.values()];
  }

  private report(id: string, module: string, first: string): void {
    if (this.reported.has(`${id} ${module}`)) return;
    this.reported.add(`${id} ${module}`);
    this.log.warn('Two providers of images have the same id; the later one is left out.', { id, module, first });
  }
}
