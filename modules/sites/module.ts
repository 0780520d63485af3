import { SettingsLinks } from '@portico/configuration/api';
import {
  AuditAreas,
  Branding,
  Commands,
  DemoContents,
  defineModule,
  FirstSteps,
  HttpRoutes,
  IntegrityChecks,
  MenuItems,
  Permissions,
  RoleReferences,
  SiteDirectory,
} from '@portico/core';
import { HomePageSections, Sites } from './api/index.js';
import { AddSite, ListSites, SetBranding } from './commands/sites.js';
import { PortalBrandingRoutes, SiteBrandingRoutes } from './http/branding-routes.js';
import { HomePageRoutes, RootRedirectRoutes, SitesRoutes } from './http/sites-routes.js';
import { BrandingAuditArea, Brands, BrandsStart, LogoStep, LogosCheck, NameStep } from './services/brands.js';
import { DemoSites, SiteRepository, SiteRoleReferences, SitesStart } from './services/site-repository.js';
import { brandPortal, brandSite, manageSites, sitesPermissions } from './services/sites-permissions.js';

export default defineModule(({ host, provide, contribute, run }) => {
  host(HomePageSections);
  provide(SiteDirectory).to(SiteRepository);
  provide(Sites).to(SiteRepository);
  provide(Branding).to(Brands);
  run(SitesStart);
  run(BrandsStart);

  for (const permission of sitesPermissions) contribute(Permissions).value(permission, { id: permission.id });

  contribute(HttpRoutes).to(HomePageRoutes);
  contribute(HttpRoutes).to(RootRedirectRoutes);
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
  contribute(FirstSteps).to(NameStep, { id: 'name', order: 10, when: { permission: brandPortal } });
  contribute(FirstSteps).to(LogoStep, { id: 'logo', order: 20, when: { permission: brandPortal } });

  contribute(AuditAreas).value({ area: 'sites', label: 'audit.area.sites' }, { id: 'sites' });
  contribute(RoleReferences).to(SiteRoleReferences);
  contribute(Commands).to(ListSites);
  contribute(Commands).to(AddSite);
  contribute(DemoContents).to(DemoSites, { order: 5 });
});
