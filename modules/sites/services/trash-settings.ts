import { defineSettings, Settings } from '@portico/configuration/api';
import { inject, injectable, instanceScope, optional, type ServiceHandle } from '@portico/core';

const defaultDays = 30;

/** For how long deleted sites can be restored. */
export const siteTrashSettings = defineSettings({
  id: 'sites',
  section: 'platform',
  title: 'sites.title',
  description: 'settings.description',
  scopes: ['instance'],
  fields: {
    trashDays: {
      type: 'number',
      label: 'settings.trash-days',
      help: 'settings.trash-days-help',
      default: defaultDays,
      min: 1,
      max: 3650,
      whole: true,
      // What is erased is gone.
      whenUnreadable: 3650,
    },
  },
});

@injectable()
export class TrashSettings {
  constructor(@inject(optional(Settings)) private readonly settings: ServiceHandle<Settings>) {}

  get days(): number {
    return this.settings.get()?.of(siteTrashSettings).get(instanceScope).trashDays ?? defaultDays;
  }
}
