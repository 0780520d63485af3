import { type Event, type ServiceToken, serviceToken } from '@portico/core';
import type { ImageProvider } from './image-provider.js';

/** A provider that is there, and the module that brings it. */
export interface InstalledProvider<P> {
  readonly module: string;
  readonly provider: P;
}

/** Which providers are there now; who asks one of them chooses it by its id. */
export interface ProviderDirectory {
  /** In the order of their contributions. Of two with the same id the first. A memory read. */
  images(): readonly InstalledProvider<ImageProvider>[];
  image(id: string | null | undefined): InstalledProvider<ImageProvider> | undefined;
  /** Told after providers came or went. */
  readonly onDidChange: Event<unknown>;
}
export const ProviderDirectory: ServiceToken<ProviderDirectory> = serviceToken('ai-providers.provider-directory');
