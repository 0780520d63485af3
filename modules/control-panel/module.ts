import { SettingsLinks } from '@portico/configuration/api';
import {
  AccessExplainers,
  AuditAreas,
  Commands,
  Criteria,
  defineModule,
  FirstSteps,
  HttpRoutes,
  MenuItems,
  PageAdditions,
  Permissions,
  PersonalMenuItems,
} from '@portico/core';
import { Why, WhyAccess } from './commands/why.js';
import { AccessDiagnosticsRoutes } from './http/access-diagnostics-routes.js';
import { AuditRoutes } from './http/audit-routes.js';
import { CatalogRoutes } from './http/catalog-routes.js';
import { DiagnosticsRoutes } from './http/diagnostics-routes.js';
import { FeatureFlagRoutes } from './http/feature-flag-routes.js';
import { FirstStepsMenuItem, FirstStepsRoutes } from './http/first-steps-routes.js';
import { FlagApiRoutes } from './http/flag-api-routes.js';
import { JobRoutes } from './http/job-routes.js';
import { ModuleRoutes } from './http/module-routes.js';
import { PackageChangeRoutes } from './http/package-change-routes.js';
import { PackageRoutes } from './http/package-routes.js';
import { FirstStepList, ListFirstSteps, UnfinishedCriterion } from './services/first-step-list.js';
import { FlagSettingsLink } from './services/flag-notices.js';
import { LeftOutBanner } from './services/module-actions.js';
import { declaredPermissions, permissions } from './services/permissions.js';

export default defineModule(({ host, contribute, run }) => {
  host(AccessExplainers);
  host(FirstSteps);
  run(FirstStepList);
  for (const permission of declaredPermissions) contribute(Permissions).value(permission, { id: permission.id });
  for (const routes of [
    FeatureFlagRoutes,
    FlagApiRoutes,
    ModuleRoutes,
    PackageRoutes,
    PackageChangeRoutes,
    AuditRoutes,
    AccessDiagnosticsRoutes,
    DiagnosticsRoutes,
    CatalogRoutes,
    JobRoutes,
  ])
    contribute(HttpRoutes).to(routes);
  contribute(Commands).to(Why);
  contribute(Commands).to(WhyAccess);
  contribute(SettingsLinks).to(FlagSettingsLink, {
    id: 'feature-flags',
    when: { scope: 'instance', permission: permissions.flags },
  });

  contribute(Criteria).to(UnfinishedCriterion);
  const unfinished = { permission: permissions.firstSteps, unfinished: 'first-steps' } as const;
  contribute(HttpRoutes).to(FirstStepsRoutes, { when: unfinished });
  contribute(MenuItems).to(FirstStepsMenuItem, { id: 'first-steps', order: 1, when: unfinished });
  contribute(Commands).to(ListFirstSteps);
  contribute(AuditAreas).value({ area: 'first-steps', label: 'first-steps.title' }, { id: 'first-steps' });

  contribute(PageAdditions).to(LeftOutBanner, { id: 'left-out', when: { permission: permissions.modules } });

  contribute(AuditAreas).value({ area: 'jobs', label: 'audit.area.jobs' }, { id: 'jobs' });
  contribute(PersonalMenuItems).value({ label: 'jobs.mine', href: '/jobs' }, { id: 'jobs', order: 50 });
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
      label: 'catalog.title',
      href: '/configuration/extension-points',
      menu: 'control-panel',
      category: 'system',
      icon: 'document-code',
    },
    { id: 'extension-points', order: 25, when: { permission: permissions.modules } },
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
});
