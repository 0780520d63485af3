import { Settings, type SettingsHandle } from '@portico/configuration/api';
import {
  Emitter,
  inject,
  injectable,
  instanceScope,
  Lifetime,
  type Localization,
  type PlaceLocalization,
  type Site,
  siteScope,
} from '@portico/core';
import { localizationSettings } from './localization-settings.js';

/** What the settings say, as every request asks: found once for each place, until a setting changes. */
@injectable()
export class SettingsLocalization implements Localization {
  private readonly handle: SettingsHandle<typeof localizationSettings.fields>;
  private readonly places = new Map<string, PlaceLocalization>();
  private readonly changed = new Emitter<void>();
  readonly onDidChange = this.changed.event;

  constructor(@inject(Settings) settings: Settings, @inject(Lifetime) lifetime: Lifetime) {
    this.handle = settings.of(localizationSettings);
    lifetime.add(
      this.handle.onDidChange(() => {
        this.places.clear();
        this.changed.fire();
      }),
    );
  }

  of(site: Site | undefined): PlaceLocalization {
    const id = site?.id ?? '';
    let place = this.places.get(id);
    if (!place) {
      const { defaultLanguage, languages, timeZone } = this.handle.get(site ? siteScope(site.id) : instanceScope);
      const locales = [...new Set([defaultLanguage, ...languages])].filter(isLocale);
      place = Object.freeze({
        locales: Object.freeze(locales.length > 0 ? locales : ['en']),
        timeZone: isTimeZone(timeZone) ? timeZone : 'UTC',
      });
      this.places.set(id, place);
    }
    return place;
  }
}

/** The deployment and imported files can say anything. */
function isLocale(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length > 0;
  } catch {
    return false;
  }
}

function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }) !== undefined;
  } catch {
    return false;
  }
}
