import { Settings, type SettingsHandle } from '@portico/configuration/api';
import { inject, injectable, instanceScope } from '@portico/core';
import { defaultProfile, profileOf, type ServiceProfile } from '../profiles/index.js';
import { creatorSettings } from './settings.js';

/** The profile of the service that administrators chose for the instance. */
@injectable()
export class ChosenService {
  private readonly settings: SettingsHandle<typeof creatorSettings.fields>;

  constructor(@inject(Settings) settings: Settings) {
    this.settings = settings.of(creatorSettings);
  }

  /** A read of memory. */
  get profile(): ServiceProfile {
    return profileOf(this.settings.get(instanceScope).service) ?? defaultProfile;
  }
}
