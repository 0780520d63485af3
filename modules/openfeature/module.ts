import { defineModule } from '@portico/core';
import { FlagProvider } from './api/index.js';
import { PorticoProvider, ProviderRegistration } from './services/portico-provider.js';

export default defineModule(({ provide, run }) => {
  provide(FlagProvider).to(PorticoProvider);
  run(ProviderRegistration);
});
