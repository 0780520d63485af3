import { ImageProviders } from '@portico/ai-providers/api';
import { SettingsAdditions } from '@portico/configuration/api';
import { defineModule } from '@portico/core';
import { PaperCut } from './paper-cut.js';
import { paperSettings } from './settings.js';

export default defineModule(({ contribute }) => {
  // Before the services of the portal: asked until somebody chooses another one.
  contribute(ImageProviders).to(PaperCut, { id: 'paper-cut', order: 10 });
  contribute(SettingsAdditions).value(paperSettings, { id: 'paper' });
});
