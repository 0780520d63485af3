import {
  AuditAreas,
  Commands,
  DemoContents,
  defineModule,
  HttpRoutes,
  MenuItems,
  Permissions,
  RoleReferences,
  SiteDirectory,
} from '@portico/core';
import { HomePageSections, Sites } from './api/index.js';
import { AddSite, ListSites } from './commands/sites.js';
import { HomePageRoutes, RootRedirectRoutes, SitesRoutes } from './http/sites-routes.js';
import { DemoSites, SiteRepository, SiteRoleReferences, SitesStart } from './services/site-repository.js';
import { manageSites, sitesPermissions } from './services/sites-permissions.js';

export default defineModule(({ host, provide, contribute, run }) => {
  host(HomePageSections);
  provide(SiteDirectory).to(SiteRepository);
  provide(Sites).to(SiteRepository);
  run(SitesStart);

  for (const permission of sitesPermissions) contribute(Permissions).value(permission, { id: permission.id });

  contribute(HttpRoutes).to(HomePageRoutes);
  contribute(HttpRoutes).to(RootRedirectRoutes);
  contribute(HttpRoutes).to(SitesRoutes);
  contribute(MenuItems).value(
    { label: 'sites.title', href: '/sites', menu: 'control-panel', category: 'configuration', icon: 'sites' },
    { id: 'sites', order: 30, when: { permission: manageSites } },
  );

  contribute(AuditAreas).value({ area: 'sites', label: 'audit.area.sites' }, { id: 'sites' });
  contribute(RoleReferences).to(SiteRoleReferences);
  contribute(Commands).to(ListSites);
  contribute(Commands).to(AddSite);
  contribute(DemoContents).to(DemoSites, { order: 5 });
});
