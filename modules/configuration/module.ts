import {
  Commands,
  Criteria,
  defineModule,
  HttpRoutes,
  IntegrityChecks,
  MenuItems,
  Permissions,
  SecretStores,
} from '@portico/core';
import {
  ChoiceProviders,
  Settings,
  SettingsActions,
  SettingsAdditions,
  SettingsDefinitions,
  SettingsNotices,
} from './api/index.js';
import { GetSetting, SetSetting, UnsetSetting } from './commands/settings-commands.js';
import { ExportSettings, ImportSettings, UndoImport } from './commands/transfer-commands.js';
import { Why } from './commands/why.js';
import { AuditRoutes } from './http/audit-routes.js';
import { DiagnosticsRoutes } from './http/diagnostics-routes.js';
import { DifferenceRoutes, SiteDifferenceRoutes } from './http/difference-routes.js';
import { FeatureFlagRoutes } from './http/feature-flag-routes.js';
import { FlagApiRoutes } from './http/flag-api-routes.js';
import { ModuleRoutes } from './http/module-routes.js';
import { InstanceSettingsRoutes, SiteSettingsRoutes } from './http/settings-routes.js';
import { TransferRoutes } from './http/transfer-routes.js';
import { declaredPermissions, permissions } from './services/permissions.js';
import { SettingCriterion } from './services/setting-criterion.js';
import { SettingsCheck } from './services/settings-check.js';
import { SettingsRegistry } from './services/settings-registry.js';
import { SettingsSecrets } from './services/settings-secrets.js';
import { StoredSettings } from './services/stored-settings.js';

export default defineModule(({ provide, contribute, host, run }) => {
  host(SettingsDefinitions);
  host(SettingsAdditions);
  host(SettingsActions);
  host(SettingsNotices);
  host(ChoiceProviders);
  provide(Settings).to(SettingsRegistry);
  run(StoredSettings);

  contribute(Criteria).to(SettingCriterion);
  contribute(SecretStores).to(SettingsSecrets);
  contribute(IntegrityChecks).to(SettingsCheck);
  for (const permission of declaredPermissions) contribute(Permissions).value(permission, { id: permission.id });
  for (const routes of [DifferenceRoutes, SiteDifferenceRoutes, AuditRoutes, TransferRoutes]) contribute(HttpRoutes).to(routes);
  contribute(HttpRoutes).to(DiagnosticsRoutes);
  for (const routes of [InstanceSettingsRoutes, SiteSettingsRoutes, FeatureFlagRoutes, FlagApiRoutes, ModuleRoutes])
    contribute(HttpRoutes).to(routes);
  for (const command of [ExportSettings, ImportSettings, UndoImport]) contribute(Commands).to(command);
  for (const command of [GetSetting, SetSetting, UnsetSetting, Why]) contribute(Commands).to(command);

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
    { label: 'audit.title', href: '/configuration/audit-log', menu: 'control-panel', category: 'system', icon: 'time' },
    { id: 'audit-log', order: 30, when: { permission: permissions.audit } },
  );
  contribute(MenuItems).value(
    { label: 'modules.title', href: '/configuration/modules', menu: 'control-panel', category: 'system', icon: 'plug' },
    { id: 'modules', order: 20, when: { permission: permissions.modules } },
  );
  contribute(MenuItems).value(
    {
      label: 'diagnostics.title',
      href: '/configuration/diagnostics',
      menu: 'control-panel',
      category: 'system',
      icon: 'question-circle',
    },
    { id: 'diagnostics', order: 30, when: { permission: permissions.diagnose } },
  );
  contribute(MenuItems).value(
    { label: 'site-settings.title', href: '~/configuration/site-settings', category: 'configuration', icon: 'cog' },
    { id: 'site-settings', order: 20, when: { scope: 'site', permission: permissions.siteSettings } },
  );
});
