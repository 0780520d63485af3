import { defineModule } from '@portico/core';
import { ImageProviders, ProviderDirectory } from './api/index.js';
import { InstalledProviders } from './services/installed-providers.js';

export default defineModule(({ host, provide }) => {
  host(ImageProviders);
  provide(ProviderDirectory).to(InstalledProviders);
});
