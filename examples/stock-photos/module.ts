import { SettingsDefinitions, SettingsNotices } from '@portico/configuration/api';
import { defineModule, HttpRoutes } from '@portico/core';
import { DocumentPermissions, NewMenuItems } from '@portico/documents-media/api';
import { ItemSelectorViews } from '@portico/item-selector/api';
import { PhotoRoutes } from './http/photo-routes.js';
import { PhotoNotices } from './services/photo-notices.js';
import { photoSettings } from './settings.js';

export default defineModule(({ contribute }) => {
  contribute(SettingsDefinitions).value(photoSettings, { id: 'stock-photos' });
  contribute(SettingsNotices).to(PhotoNotices, { id: 'stock-photos' });
  contribute(HttpRoutes).to(PhotoRoutes);
  const mayAdd = { permission: DocumentPermissions.add, given: 'uploads' } as const;
  contribute(ItemSelectorViews).value(
    {
      label: 'title',
      icon: 'camera',
      href: '~/stock-photos/selector',
      itemTypes: ['image', 'document'],
      returnTypes: ['image-url', 'file-url', 'document-id'],
      script: 'photos.js',
    },
    { id: 'stock-photos', order: 60, when: mayAdd },
  );
  contribute(NewMenuItems).value(
    { label: 'menu', icon: 'camera', href: '~/stock-photos', opens: 'dialog', script: 'photos.js', size: 'lg' },
    { id: 'stock-photos', order: 800, when: mayAdd },
  );
});
