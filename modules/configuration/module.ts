import {
  AuditAreas,
  Commands,
  Criteria,
  defineModule,
  HttpRoutes,
  IntegrityChecks,
  MenuItems,
  ModuleBelongings,
  Permissions,
  PersonalData,
  SecretStores,
  SiteContents,
} from '@portico/core';
import {
  ChoiceProviders,
  Settings,
  SettingsActions,
  SettingsAdditions,
  SettingsDefinitions,
  SettingsLinks,
  SettingsNotices,
  SettingsUses,
} from './api/index.js';
import { GetSetting, SetSetting, UnsetSetting } from './commands/settings-commands.js';
import { ExportSettings, ImportSettings, UndoImport } from './commands/transfer-commands.js';
import { DifferenceRoutes, SiteDifferenceRoutes } from './http/difference-routes.js';
import { InstanceSettingsRoutes, SiteSettingsRoutes } from './http/settings-routes.js';
import { TransferRoutes } from './http/transfer-routes.js';
import { PersonalSettings, SiteSettings } from './services/erasure.js';
import { OwnerlessSettings, SettingsBelongings } from './services/ownerless-settings.js';
import { declaredPermissions, permissions } from './services/permissions.js';
import { SettingCriterion } from './services/setting-criterion.js';
import { SettingsAuditArea } from './services/setting-presenter.js';
import { SettingsCheck, SettingsRegistry } from './services/settings-registry.js';
import { SettingsSecrets } from './services/settings-secrets.js';
import { StoredSettings } from './services/stored-settings.js';

export default defineModule(({ provide, contribute, host, run }) => {
  host(SettingsDefinitions);
  host(SettingsAdditions);
  host(SettingsActions);
  host(SettingsNotices);
  host(SettingsUses);
  host(ChoiceProviders);
  host(SettingsLinks);
  provide(Settings).to(SettingsRegistry);
  run(StoredSettings);

  contribute(Criteria).to(SettingCriterion);
  contribute(AuditAreas).to(SettingsAuditArea, { id: 'settings', order: 80 });
  contribute(SecretStores).to(SettingsSecrets);
  contribute(ModuleBelongings).to(SettingsBelongings);
  contribute(SiteContents).to(SiteSettings, { id: 'settings' });
  contribute(PersonalData).to(PersonalSettings, { id: 'settings' });
  contribute(IntegrityChecks).to(SettingsCheck);
  contribute(IntegrityChecks).to(OwnerlessSettings);
  for (const permission of declaredPermissions) contribute(Permissions).value(permission, { id: permission.id });
  for (const routes of [DifferenceRoutes, SiteDifferenceRoutes, TransferRoutes]) contribute(HttpRoutes).to(routes);
  for (const routes of [InstanceSettingsRoutes, SiteSettingsRoutes]) contribute(HttpRoutes).to(routes);
  for (const command of [ExportSettings, ImportSettings, UndoImport]) contribute(Commands).to(command);
  for (const command of [GetSetting, SetSetting, UnsetSetting]) contribute(Commands).to(command);

  contribute(MenuItems).value(
    {
      label: 'instance-settings.title',
      href: '/configuration/instance-settings',
      menu: 'control-panel',
      category: 'configuration',
      icon: 'cog',
    },
    { id: 'instance-settings', order: 20, when: { permission: permissions.openSettings } },
  );
  contribute(MenuItems).value(
    {
      label: 'differences.title',
      href: '/configuration/settings-differences',
      menu: 'control-panel',
      category: 'configuration',
      icon: 'list',
    },
    { id: 'settings-differences', order: 25, when: { permission: permissions.instanceSettings } },
  );
  contribute(MenuItems).value(
    { label: 'site-settings.title', href: '~/configuration/site-settings', category: 'configuration', icon: 'cog' },
    { id: 'site-settings', order: 20, when: { scope: 'site', permission: permissions.siteSettings } },
  );
});
