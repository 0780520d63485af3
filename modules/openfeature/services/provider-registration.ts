import { NOOP_PROVIDER, OpenFeature } from '@openfeature/server-sdk';
import { type Activity, inject, injectable } from '@portico/core';
import { PorticoProvider } from './portico-provider.js';

/** Makes the portal's flags the default of the SDK while the module is active. */
@injectable()
export class ProviderRegistration implements Activity {
  constructor(@inject(PorticoProvider) private readonly provider: PorticoProvider) {}

  async onStart(): Promise<void> {
    await OpenFeature.setProviderAndWait(this.provider);
  }

  async onStop(): Promise<void> {
    // Whoever registered a provider of their own meanwhile keeps it.
    if (OpenFeature.getProviderMetadata().name === this.provider.metadata.name)
      await OpenFeature.setProviderAndWait(NOOP_PROVIDER);
    await this.provider.onClose();
  }
}
