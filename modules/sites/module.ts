import { SettingsDefinitions } from '@portico/configuration/api';
import {
  AuditAreas,
  Commands,
  DemoContents,
  defineModule,
  HttpRoutes,
  JobKinds,
  MenuItems,
  Permissions,
  RoleReferences,
  SiteContents,
  SiteDirectory,
} from '@portico/core';
import { HomePageSections, Sites } from './api/index.js';
import { ArchiveSite, DeleteSite, RestoreSite } from './commands/site-lifecycle-commands.js';
import { AddSite, ListSites } from './commands/sites.js';
import { SiteLifecycleRoutes } from './http/site-lifecycle-routes.js';
import { HomePageRoutes, RootRedirectRoutes, SitesRoutes } from './http/sites-routes.js';
import { EraseSite } from './services/erase-site.js';
import { SiteLifecycle } from './services/site-lifecycle.js';
import { DemoSites, SiteRepository, SiteRoleReferences, SitesStart } from './services/site-repository.js';
import { manageSites, sitesPermissions } from './services/sites-permissions.js';
import { siteTrashSettings } from './services/trash-settings.js';

export default defineModule(({ host, provide, contribute, run }) => {
  host(HomePageSections);
  host(SiteContents);
  provide(SiteDirectory).to(SiteRepository);
  provide(Sites).to(SiteRepository);
  run(SitesStart);
  run(SiteLifecycle);

  for (const permission of sitesPermissions) contribute(Permissions).value(permission, { id: permission.id });

  contribute(HttpRoutes).to(HomePageRoutes);
  contribute(HttpRoutes).to(RootRedirectRoutes);
  contribute(HttpRoutes).to(SiteLifecycleRoutes, { order: 90 });
  contribute(HttpRoutes).to(SitesRoutes);
  contribute(MenuItems).value(
    { label: 'sites.title', href: '/sites', menu: 'control-panel', category: 'configuration', icon: 'sites' },
    { id: 'sites', order: 30, when: { permission: manageSites } },
  );

  contribute(AuditAreas).value({ area: 'sites', label: 'audit.area.sites' }, { id: 'sites' });
  for (const command of [ListSites, AddSite, ArchiveSite, RestoreSite, DeleteSite]) contribute(Commands).to(command);
  contribute(JobKinds).to(EraseSite);
  contribute(SettingsDefinitions).value(siteTrashSettings, { id: 'sites' });
  contribute(RoleReferences).to(SiteRoleReferences);
  contribute(DemoContents).to(DemoSites, { order: 5 });
});
