import { defineSettingsAddition } from '@portico/configuration/api';

/** A key has no spaces and no line breaks: one with a line break would be repeated whole in an error of the HTTP client. */
export function checkKeyShape(value: string): string | undefined {
  if (/\s/.test(value)) return 'settings.key-spaces';
  if (!/^[\x21-\x7e]+$/.test(value)) return 'settings.key-characters';
  if (value.length < 8) return 'settings.key-short';
  return value.length > 512 ? 'settings.key-long' : undefined;
}

/** Name of the field that holds the key, on the page of the AI Creator: `ai-creator.apiKey`. */
export const keyField = 'apiKey';

/** What administrators tell this module, on the page of the AI Creator. */
export const openAiSettings = defineSettingsAddition({
  page: 'ai-creator',
  after: 'service',
  fields: {
    [keyField]: { type: 'secret', label: 'settings.api-key', help: 'settings.api-key-help', check: checkKeyShape },
  },
});
