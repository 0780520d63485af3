import { defineModule } from '@portico/core';
import { FlagProvider } from './api/index.js';
import { PorticoProvider } from './services/portico-provider.js';
import { ProviderRegistration } from './services/provider-registration.js';

export default defineModule(({ provide, run }) => {
  provide(FlagProvider).to(PorticoProvider);
  run(ProviderRegistration);
});
