import { type Contributions, contributions, type Event, inject, injectable, Log } from '@portico/core';
import { type ImageProvider, ImageProviders, type InstalledProvider, type ProviderDirectory } from '../api/index.js';

/** The providers that modules contribute, each once. */
@injectable()
export class InstalledProviders implements ProviderDirectory {
  private readonly reported = new Set<string>();

  constructor(
    @inject(contributions(ImageProviders)) private readonly contributed: Contributions<ImageProvider>,
    @inject(Log) private readonly log: Log,
  ) {}

  get onDidChange(): Event<unknown> {
    return this.contributed.onDidChange;
  }

  images(): readonly InstalledProvider<ImageProvider>[] {
    const byId = new Map<string, InstalledProvider<ImageProvider>>();
    const installed = this.contributed.each((provider, { module }) => ({ id: provider.id, module, provider }));
    for (const { id, module, provider } of installed) {
      const first = byId.get(id);
      if (first) this.report(id, module, first.module);
      else byId.set(id, { module, provider });
    }
    return [...byId.values()];
  }

  image(id: string | null | undefined): InstalledProvider<ImageProvider> | undefined {
    return this.images().find(({ provider }) => provider.id === id);
  }

  private report(id: string, module: string, first: string): void {
    if (this.reported.has(`${id} ${module}`)) return;
    this.reported.add(`${id} ${module}`);
    this.log.warn('Two providers of images have the same id; the later one is left out.', { id, module, first });
  }
}
