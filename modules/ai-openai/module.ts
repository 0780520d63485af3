import { ImageProviders } from '@portico/ai-providers/api';
import { SettingsAdditions } from '@portico/configuration/api';
import { defineModule } from '@portico/core';
import { providerFor } from './services/openai-image-provider.js';
import { openAiSettings } from './services/openai-settings.js';
import { profiles } from './services/profiles/index.js';

/** Before those of other modules, unless they say otherwise: until somebody chooses, the first is asked. */
const firstOrder = 50;

export default defineModule(({ contribute }) => {
  for (const [index, profile] of profiles.entries())
    contribute(ImageProviders).to(providerFor(profile), { id: profile.id, order: firstOrder + index });
  contribute(SettingsAdditions).value(openAiSettings, { id: 'api-key' });
});
