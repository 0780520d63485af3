import { defineSettingsAddition } from '@portico/configuration/api';

export const papers = ['sunset', 'sea', 'meadow', 'heather'] as const;
export type Paper = (typeof papers)[number];

/** Stands on the page of the AI Creator beside what it has itself; on the command line `ai-creator.paper`. */
export const paperSettings = defineSettingsAddition({
  page: 'ai-creator',
  after: 'service',
  fields: {
    paper: {
      type: 'choice',
      default: 'by-description',
      options: [
        { value: 'by-description', label: 'settings.paper-by-description' },
        { value: 'sunset', label: 'settings.paper-sunset' },
        { value: 'sea', label: 'settings.paper-sea' },
        { value: 'meadow', label: 'settings.paper-meadow' },
        { value: 'heather', label: 'settings.paper-heather' },
      ],
      label: 'settings.paper',
      help: 'settings.paper-help',
      siteOverridable: false,
    },
  },
});
