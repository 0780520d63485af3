import { SettingsDefinitions, SettingsUses } from '@portico/configuration/api';
import {
  AccessExplainers,
  AuditAreas,
  DemoContents,
  defineModule,
  HttpRoutes,
  IntegrityChecks,
  MenuItems,
  type Permission,
  Permissions,
  PersonalData,
  type RoleName,
  RoleReferences,
  SiteContents,
} from '@portico/core';
import { ItemSelectorViews } from '@portico/item-selector/api';
import { DocumentActions } from './api/actions.js';
import { DocumentPermissions, Documents } from './api/documents.js';
import { DocumentChoices, DocumentMetadataKinds } from './api/metadata.js';
import { NewMenuItems } from './api/new-menu.js';
import { DocumentRoutes } from './http/document-routes.js';
import { FileRoutes, MetadataRoutes } from './http/file-routes.js';
import { FolderRoutes } from './http/folder-routes.js';
import { ListRoutes } from './http/list-routes.js';
import { PermissionsRoutes } from './http/permissions-routes.js';
import { SelectorRoutes, supportedReturnTypes } from './http/selector-routes.js';
import { UploadRoutes } from './http/upload-routes.js';
import { DemoDocuments } from './services/demo-documents.js';
import { DocumentsCheck } from './services/document-files.js';
import { personalDocuments, SiteDocuments } from './services/erasure.js';
import { FileTypeRepair } from './services/file-type-repair.js';
import { limitSettings } from './services/limit-settings.js';
import { StorageUse, UploadBytesUse, UploadsAtOnceUse } from './services/limit-uses.js';
import { MetadataWordRepair } from './services/metadata-word-repair.js';
import { PortalDocuments } from './services/portal-documents.js';
import { RuleRoleReferences } from './services/rule-role-references.js';
import { Rules } from './services/rules.js';
import { StorageCount } from './services/storage-count.js';
import { VisibilityExplainer } from './services/visibility-explainer.js';

const authors: readonly RoleName[] = ['Author', 'Site Administrator'];
const administrators: readonly RoleName[] = ['Site Administrator'];
const everyone: readonly RoleName[] = ['Guest', 'Member', ...authors];

function permission(id: string, label: string, defaultRoles: readonly RoleName[]): Permission {
  return { id, label: `permission.${label}`, scope: 'site', defaultRoles };
}

const whenUploading = { scope: 'site', permission: DocumentPermissions.add, given: 'uploads' } as const;

export default defineModule(({ provide, host, contribute, run }) => {
  run(Rules);
  provide(Documents).to(PortalDocuments);
  host(NewMenuItems);
  host(DocumentMetadataKinds);
  host(DocumentChoices);
  host(DocumentActions);

  contribute(Permissions).value(permission(DocumentPermissions.view, 'view', everyone), { id: 'view' });
  contribute(Permissions).value(permission(DocumentPermissions.open, 'open', authors), { id: 'open' });
  contribute(Permissions).value(permission(DocumentPermissions.add, 'add', authors), { id: 'add' });
  contribute(Permissions).value(permission(DocumentPermissions.update, 'update', authors), { id: 'update' });
  contribute(Permissions).value(permission(DocumentPermissions.delete, 'delete', authors), { id: 'delete' });

  contribute(Permissions).value(permission(DocumentPermissions.changePermissions, 'change-permissions', administrators), {
    id: 'change-permissions',
  });
  contribute(AuditAreas).value({ area: 'documents-media', label: 'title' }, { id: 'documents-media' });

  contribute(MenuItems).value(
    { label: 'title', href: '~/documents-media', icon: 'documents-and-media' },
    { id: 'documents-media', order: 10, when: { scope: 'site', permission: DocumentPermissions.open } },
  );

  contribute(NewMenuItems).value(
    { label: 'new.file-upload', icon: 'upload', href: '~/documents-media/upload', opens: 'dialog', script: 'upload.js' },
    { id: 'file-upload', order: 10, when: whenUploading },
  );
  contribute(NewMenuItems).value(
    {
      label: 'new.multiple-files-upload',
      icon: 'upload-multiple',
      href: '~/documents-media/upload-multiple',
      opens: 'dialog',
      script: 'upload.js',
    },
    { id: 'multiple-files-upload', order: 20, when: whenUploading },
  );
  contribute(NewMenuItems).value(
    { label: 'new.folder', icon: 'folder', href: '~/documents-media/folders/new', opens: 'dialog', script: 'folder.js' },
    { id: 'folder', order: 30, when: whenUploading },
  );

  contribute(ItemSelectorViews).value(
    {
      label: 'title',
      icon: 'documents-and-media',
      href: '~/documents-media/selector',
      itemTypes: ['image', 'document'],
      returnTypes: supportedReturnTypes,
      script: 'selector.js',
    },
    { id: 'documents-media', order: 10, when: { scope: 'site', permission: DocumentPermissions.open } },
  );

  contribute(HttpRoutes).to(ListRoutes);
  contribute(HttpRoutes).to(UploadRoutes);
  contribute(HttpRoutes).to(SelectorRoutes);
  contribute(HttpRoutes).to(FolderRoutes);
  contribute(HttpRoutes).to(DocumentRoutes);
  // Before what modules keep with a document, whose addresses have a place for any word.
  contribute(HttpRoutes).to(PermissionsRoutes, { order: 90 });
  contribute(HttpRoutes).to(FileRoutes);
  contribute(HttpRoutes).to(MetadataRoutes);

  contribute(SettingsDefinitions).value(limitSettings, { id: 'documents-media' });
  contribute(SettingsUses).to(StorageUse, { id: 'storage' });
  contribute(SettingsUses).to(UploadsAtOnceUse, { id: 'uploads-at-once' });
  contribute(SettingsUses).to(UploadBytesUse, { id: 'upload-bytes' });

  run(StorageCount);
  contribute(IntegrityChecks).to(StorageCount, { id: 'storage' });
  run(FileTypeRepair);
  run(MetadataWordRepair);
  contribute(IntegrityChecks).to(DocumentsCheck);
  contribute(RoleReferences).to(RuleRoleReferences);
  contribute(AccessExplainers).to(VisibilityExplainer);
  contribute(IntegrityChecks).to(FileTypeRepair);
  contribute(PersonalData).value(personalDocuments, { id: 'documents' });
  contribute(SiteContents).to(SiteDocuments, { id: 'documents' });
  contribute(DemoContents).to(DemoDocuments, { order: 20 });
});
