import type { NewMenuItem } from '@portico/documents-media/api';

/** Create AI Image in the menu New. */
export const createMenuItem: NewMenuItem = {
  label: 'create.menu',
  icon: 'magic',
  href: '~/ai-creator/create',
  opens: 'dialog',
  script: 'create-dialog.js',
  size: 'lg',
};
