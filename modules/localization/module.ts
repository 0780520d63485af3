import { ChoiceProviders, SettingsDefinitions } from '@portico/configuration/api';
import { defineModule, Localization } from '@portico/core';
import { LanguageChoices, localizationSettings, TimeZoneChoices } from './services/localization-settings.js';
import { SettingsLocalization } from './services/settings-localization.js';

export default defineModule(({ provide, contribute }) => {
  provide(Localization).to(SettingsLocalization);
  contribute(SettingsDefinitions).value(localizationSettings, { id: 'localization', order: 30 });
  contribute(ChoiceProviders).to(LanguageChoices, { id: 'languages' });
  contribute(ChoiceProviders).to(TimeZoneChoices, { id: 'time-zones' });
});
