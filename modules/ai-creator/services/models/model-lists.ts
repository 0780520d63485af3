import { askForModels, type ImageProvider, type ProviderModel } from '@portico/ai-providers/api';
import { inject, injectable, type Scope } from '@portico/core';
import { ProviderKey } from '../provider/provider-key.js';
import { CreatorConfig } from '../settings/creator-config.js';

/** Asks a service for its models. */
@injectable()
export class ModelLists {
  constructor(
    @inject(ProviderKey) private readonly key: ProviderKey,
    @inject(CreatorConfig) private readonly config: CreatorConfig,
  ) {}

  /** Milliseconds after the start until the list is read for the first time. */
  get firstMillis(): number {
    return this.config.values.firstListMillis;
  }

  /**
   * Asked with the key of the first scope that has one; undefined when the provider needs one and there is none, or has no list.
   * @param over aborted when the portal closes: it waits for no list. @throws ProviderError
   */
  async read(
    provider: ImageProvider,
    scopes: readonly Scope[],
    over: AbortSignal,
  ): Promise<readonly ProviderModel[] | undefined> {
    const key = scopes.map((scope) => this.key.read(scope)).find((secret) => secret !== undefined);
    if (provider.needsKey && !key) return undefined;
    const asking = new AbortController();
    const giveUp = (): void => asking.abort();
    const timer = setTimeout(giveUp, this.config.values.testMillis);
    over.addEventListener('abort', giveUp);
    try {
      return await askForModels(provider, { key, signal: asking.signal });
    } finally {
      clearTimeout(timer);
      over.removeEventListener('abort', giveUp);
    }
  }
}
