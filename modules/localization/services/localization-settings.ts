import { type Choice, type ChoiceProvider, defineSettings } from '@portico/configuration/api';
import { inject, injectable, MessageCatalog } from '@portico/core';

/** Instance Settings and Site Settings > Localization. */
export const localizationSettings = defineSettings({
  id: 'localization',
  section: 'platform',
  title: 'settings.title',
  description: 'settings.description',
  scopes: ['instance', 'site'],
  fields: {
    defaultLanguage: {
      type: 'choice',
      provider: 'localization.languages',
      default: 'en',
      label: 'settings.default',
      help: 'settings.default-help',
    },
    languages: {
      type: 'multiple-choice',
      provider: 'localization.languages',
      default: ['en', 'de'],
      label: 'settings.languages',
      help: 'settings.languages-help',
    },
    timeZone: {
      type: 'choice',
      provider: 'localization.time-zones',
      default: 'UTC',
      label: 'settings.time-zone',
      help: 'settings.time-zone-help',
    },
  },
});

/** Formats of a region with the words of its language. */
const regions = ['de-AT', 'de-CH', 'en-AU', 'en-CA', 'en-GB', 'en-IE', 'en-NZ'];

/** The languages that somebody has words for, each in its own words. */
@injectable()
export class LanguageChoices implements ChoiceProvider {
  readonly id = 'localization.languages';

  constructor(@inject(MessageCatalog) private readonly catalog: MessageCatalog) {}

  choices(): Promise<readonly Choice[]> {
    const spoken = this.catalog.languages();
    const all = new Set([...spoken, ...regions.filter((region) => spoken.includes(region.split('-')[0] ?? ''))]);
    const choices = [...all].map((value) => ({ value, label: this.labelOf(value) }));
    return Promise.resolve(choices.sort((left, right) => left.label.localeCompare(right.label, 'en')));
  }

  labelOf(value: string): string {
    try {
      const name = new Intl.DisplayNames([value], { type: 'language', languageDisplay: 'standard' }).of(value) ?? value;
      return name.charAt(0).toLocaleUpperCase(value) + name.slice(1);
    } catch {
      return value;
    }
  }
}

@injectable()
export class TimeZoneChoices implements ChoiceProvider {
  readonly id = 'localization.time-zones';

  choices(): Promise<readonly Choice[]> {
    const names = new Set(['UTC', ...Intl.supportedValuesOf('timeZone')]);
    return Promise.resolve([...names].map((value) => ({ value, label: this.labelOf(value) })));
  }

  labelOf(value: string): string {
    return value.replaceAll('_', ' ');
  }
}
