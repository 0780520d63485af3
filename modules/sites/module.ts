import { SettingsDefinitions, SettingsLinks } from '@portico/configuration/api';
import {
  AuditAreas,
  Branding,
  Commands,
  DemoContents,
  defineModule,
  FirstSteps,
  HttpRoutes,
  IntegrityChecks,
  JobKinds,
  MenuItems,
  Permissions,
  RoleReferences,
  SiteContents,
  SiteDirectory,
} from '@portico/core';
import { HomePageSections, Sites } from './api/index.js';
import { ArchiveSite, DeleteSite, RestoreSite } from './commands/site-lifecycle-commands.js';
import { AddSite, ListSites, SetBranding } from './commands/sites.js';
import { PortalBrandingRoutes, SiteBrandingRoutes } from './http/branding-routes.js';
import { SiteLifecycleRoutes } from './http/site-lifecycle-routes.js';
import { HomePageRoutes, RootRedirectRoutes, SitesRoutes } from './http/sites-routes.js';
import { BrandingAuditArea, Brands, BrandsStart, LogoStep, LogosCheck, NameStep, SiteLogos } from './services/brands.js';
import { EraseSite } from './services/erase-site.js';
import { SiteLifecycle } from './services/site-lifecycle.js';
import { DemoSites, SiteRepository, SiteRoleReferences, SitesStart } from './services/site-repository.js';
import { brandPortal, brandSite, manageSites, sitesPermissions } from './services/sites-permissions.js';
import { siteTrashSettings } from './services/trash-settings.js';

export default defineModule(({ host, provide, contribute, run }) => {
  host(HomePageSections);
  host(SiteContents);
  provide(SiteDirectory).to(SiteRepository);
  provide(Sites).to(SiteRepository);
  provide(Branding).to(Brands);
  run(SitesStart);
  run(BrandsStart);
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

  contribute(HttpRoutes).to(PortalBrandingRoutes);
  contribute(HttpRoutes).to(SiteBrandingRoutes);
  const branding = { section: 'platform', title: 'branding.title' } as const;
  contribute(SettingsLinks).value(
    { ...branding, id: 'branding', description: 'branding.description-instance', href: '/branding' },
    { id: 'branding', order: 10, when: { scope: 'instance', permission: brandPortal } },
  );
  contribute(SettingsLinks).value(
    { ...branding, id: 'site-branding', description: 'branding.description-site', href: '~/branding' },
    { id: 'site-branding', order: 10, when: { scope: 'site', permission: brandSite } },
  );
  contribute(AuditAreas).to(BrandingAuditArea, { id: 'branding' });
  contribute(Commands).to(SetBranding);
  contribute(IntegrityChecks).to(LogosCheck);
  contribute(SiteContents).to(SiteLogos, { id: 'logos' });
  contribute(FirstSteps).to(NameStep, { id: 'name', order: 10, when: { permission: brandPortal } });
  contribute(FirstSteps).to(LogoStep, { id: 'logo', order: 20, when: { permission: brandPortal } });

  contribute(AuditAreas).value({ area: 'sites', label: 'audit.area.sites' }, { id: 'sites' });
  for (const command of [ListSites, AddSite, ArchiveSite, RestoreSite, DeleteSite]) contribute(Commands).to(command);
  contribute(JobKinds).to(EraseSite);
  contribute(SettingsDefinitions).value(siteTrashSettings, { id: 'sites' });
  contribute(RoleReferences).to(SiteRoleReferences);
  contribute(DemoContents).to(DemoSites, { order: 5 });
});
