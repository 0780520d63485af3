import { defineSettings } from '@portico/configuration/api';

/** Where the pictures of a site lie, below the folder that the deployment names. */
export const photoSettings = defineSettings({
  id: 'stock-photos',
  section: 'content-and-data',
  title: 'module.name',
  description: 'settings.description',
  scopes: ['instance', 'site'],
  fields: {
    folder: {
      type: 'text',
      label: 'settings.folder',
      help: 'settings.folder-help',
      default: '',
      maxLength: 500,
      // Who administers a site chooses among what it may read, and does not widen it.
      limitsSite: true,
      check: (folder) => (isBelow(folder) ? undefined : 'settings.folder-outside'),
    },
  },
});

/** Whether a path stays below where it begins, by its words; what it leads to on the disk is looked at when it is opened. */
export function isBelow(path: string): boolean {
  if (path === '') return true;
  // A backslash and a colon are ways out on Windows.
  return !/[\0\\:]/.test(path) && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
