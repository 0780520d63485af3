import { isRetired } from '@portico/ai-providers/api';
import { defineSettings } from '@portico/configuration/api';

/** Who answers the options of *Image Service*, and the names of models to type. */
export const imageServices = 'ai-creator.image-services';
export const imageModels = 'ai-creator.image-models';

/** Names can be typed freely, but no request may ever name a model that was shut down. */
const checkModel = (value: string): string | undefined => (isRetired(value) ? 'settings.model-retired' : undefined);
const checkModels = (value: string): string | undefined => value.split(',').map(checkModel).find(Boolean);

/** What administrators decide about the AI Creator, for the instance and for each site; keys of services are brought by the modules of their providers. */
export const creatorSettings = defineSettings({
  id: 'ai-creator',
  section: 'content-and-data',
  title: 'settings.title',
  description: 'settings.description',
  scopes: ['instance', 'site'],
  fields: {
    service: {
      type: 'choice',
      group: 'settings.group-service',
      default: '',
      provider: imageServices,
      label: 'settings.service',
      help: 'settings.service-help',
      siteOverridable: false,
    },
    enabled: { type: 'boolean', default: false, combine: 'restrict', label: 'settings.enabled', help: 'settings.enabled-help' },
    model: {
      type: 'text',
      default: '',
      maxLength: 100,
      suggestionsFrom: imageModels,
      check: checkModel,
      label: 'settings.model',
      help: 'settings.model-help',
    },
    preferences: {
      type: 'text',
      default: '',
      maxLength: 500,
      check: checkModels,
      label: 'settings.preferences',
      help: 'settings.preferences-help',
    },
    quality: {
      type: 'choice',
      group: 'settings.group-authors',
      default: 'automatic',
      options: [
        { value: 'automatic', label: 'settings.quality-automatic' },
        { value: 'low', label: 'settings.quality-low' },
        { value: 'medium', label: 'settings.quality-medium' },
        { value: 'high', label: 'settings.quality-high' },
      ],
      label: 'settings.quality',
      help: 'settings.quality-help',
    },
    examples: {
      type: 'list',
      default: [
        'A lighthouse at dusk, warm light, gentle waves',
        'A team at a round table, seen from above, soft morning light',
        'A paper boat on a quiet river between autumn leaves',
      ],
      maxItems: 12,
      maxLength: 300,
      label: 'settings.examples',
      help: 'settings.examples-help',
    },
    styles: {
      type: 'list',
      default: [
        'Photograph: natural photograph, realistic colors, shallow depth of field',
        'Watercolor: loose watercolor painting on rough paper',
        'Flat illustration: flat vector illustration, few colors, clear shapes',
      ],
      maxItems: 20,
      maxLength: 300,
      label: 'settings.styles',
      help: 'settings.styles-help',
    },
    previews: {
      type: 'boolean',
      default: false,
      label: 'settings.previews',
      help: 'settings.previews-help',
    },
    caption: {
      type: 'choice',
      group: 'settings.group-provenance',
      default: 'offered',
      options: [
        { value: 'none', label: 'settings.caption-none' },
        { value: 'offered', label: 'settings.caption-offered' },
        { value: 'shown', label: 'settings.caption-shown' },
      ],
      label: 'settings.caption',
      help: 'settings.caption-help',
    },
    captionText: {
      type: 'text',
      default: 'Image created with AI',
      maxLength: 200,
      label: 'settings.caption-text',
      help: 'settings.caption-text-help',
    },
    moderation: {
      type: 'choice',
      group: 'settings.group-safety',
      default: 'auto',
      options: [
        { value: 'auto', label: 'settings.moderation-auto' },
        { value: 'low', label: 'settings.moderation-low' },
      ],
      label: 'settings.moderation',
      help: 'settings.moderation-help',
    },
    denyList: {
      type: 'long-text',
      default: '',
      maxLength: 10_000,
      label: 'settings.deny-list',
      help: 'settings.deny-list-help',
    },
    deadline: {
      type: 'number',
      group: 'settings.group-limits',
      default: 180,
      min: 30,
      max: 600,
      unit: 'settings.seconds',
      label: 'settings.deadline',
      help: 'settings.deadline-help',
      siteOverridable: false,
    },
    openOrders: {
      type: 'number',
      default: 20,
      min: 1,
      max: 500,
      whole: true,
      label: 'settings.open-orders',
      help: 'settings.open-orders-help',
      siteOverridable: false,
    },
    openStreams: {
      type: 'number',
      default: 4,
      min: 0,
      max: 50,
      whole: true,
      label: 'settings.open-streams',
      help: 'settings.open-streams-help',
      siteOverridable: false,
    },
    retention: {
      type: 'number',
      group: 'settings.group-keeping',
      default: 72,
      min: 24,
      max: 8760,
      // Images that were paid for are gone with it.
      whenUnreadable: 8760,
      unit: 'settings.hours',
      label: 'settings.retention',
      help: 'settings.retention-help',
      siteOverridable: false,
    },
    promptRetention: {
      type: 'number',
      default: 72,
      min: 1,
      max: 8760,
      unit: 'settings.hours',
      label: 'settings.prompt-retention',
      help: 'settings.prompt-retention-help',
      siteOverridable: false,
    },
  },
});
