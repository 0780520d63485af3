import { NOOP_PROVIDER, OpenFeature } from '@openfeature/server-sdk';
import { type Activity, Flags, inject, injectable, type Lifetime, toDisposable } from '@portico/core';
import { PorticoProvider } from './portico-provider.js';

/** Makes the portal's flags the default of the SDK while the module is active. */
@injectable()
export class ProviderRegistration implements Activity {
  constructor(
    @inject(PorticoProvider) private readonly provider: PorticoProvider,
    @inject(Flags) private readonly flags: Flags,
  ) {}

  async onStart(lifetime: Lifetime): Promise<void> {
    lifetime.add(this.flags.onDidChange((change) => this.provider.tell(change)));
    await OpenFeature.setProviderAndWait(this.provider);
    lifetime.add(
      toDisposable(async () => {
        // Whoever registered a provider of their own meanwhile keeps it.
        if (OpenFeature.getProviderMetadata().name === this.provider.metadata.name)
          await OpenFeature.setProviderAndWait(NOOP_PROVIDER);
      }),
    );
  }
}
