import {
  AuditAreas,
  Commands,
  defineModule,
  HttpRoutes,
  MenuItems,
  type ModulePart,
  type Permission,
  Permissions,
  PersonalData,
  RoleReferences,
  SiteContents,
  tokenId,
  type When,
} from '@portico/core';
import { PaidFeatures, UsageLedger, UsagePages, UsagePermissions, UsageTabs } from './api/index.js';
import { addCommand, listCommand, removeCommand } from './commands/table-commands.js';
import { BudgetsChange, UsageCommand } from './commands/usage-command.js';
import { BudgetRoutes } from './http/budget-routes.js';
import { tableRoutes } from './http/entered-table-routes.js';
import { usageRoutes } from './http/usage-pages.js';
import { BudgetRoleReferences, UsageAuditArea } from './services/budgets/budget-history.js';
import { BudgetTable } from './services/budgets/budget-table.js';
import { personalUsage, SiteUsage } from './services/ledger/erasure.js';
import { StoredUsageLedger } from './services/ledger/stored-usage-ledger.js';
import { PriceTable } from './services/prices/price-table.js';
import { ContributedTabs, InstanceUsageItem, SiteUsageItem } from './services/usage-tabs.js';

const declaredPermissions: readonly Permission[] = [
  {
    id: UsagePermissions.manage,
    label: 'permission.manage-usage',
    powerful: 'permission.manage-usage-powerful',
    scope: 'instance',
    defaultRoles: ['Administrator'],
  },
  { id: UsagePermissions.viewSite, label: 'permission.view-site-usage', scope: 'site', defaultRoles: ['Site Administrator'] },
];

/** Pages about money are there when something costs money. */
const whenPaid = { contributed: tokenId(PaidFeatures) } as const satisfies When;

/** What any paid feature uses. */
const ledger: ModulePart = ({ provide, host, contribute }) => {
  host(PaidFeatures);
  contribute(AuditAreas).to(UsageAuditArea, { id: 'ai-usage', order: 75 });
  provide(UsageLedger).to(StoredUsageLedger);
  contribute(PersonalData).value(personalUsage, { id: 'usage' });
  contribute(SiteContents).to(SiteUsage, { id: 'usage' });
  contribute(RoleReferences).to(BudgetRoleReferences);
};

const pages: ModulePart = ({ provide, host, contribute }) => {
  host(UsagePages);
  provide(UsageTabs).to(ContributedTabs);
  for (const permission of declaredPermissions) contribute(Permissions).value(permission, { id: permission.id });
  for (const [index, page] of ['usage', 'budgets', 'prices'].entries())
    contribute(UsagePages).value(
      { label: `${page}.title`, href: `/ai-creator/${page}` },
      { id: page, order: 10 * (index + 1), when: whenPaid },
    );
  for (const place of ['/ai-creator/usage', '/ai-creator/usage.csv', '~/ai-creator/usage', '~/ai-creator/usage.csv'] as const)
    contribute(HttpRoutes).to(usageRoutes(place), { id: place, when: whenPaid });
  contribute(HttpRoutes).to(tableRoutes(BudgetTable), { id: 'budgets', when: whenPaid });
  contribute(HttpRoutes).to(BudgetRoutes, { when: whenPaid });
  contribute(HttpRoutes).to(tableRoutes(PriceTable), { id: 'prices', when: whenPaid });
  contribute(MenuItems).to(InstanceUsageItem, {
    id: 'ai-usage',
    order: 30,
    when: { ...whenPaid, permission: UsagePermissions.manage },
  });
  contribute(MenuItems).to(SiteUsageItem, {
    id: 'ai-site-usage',
    order: 30,
    when: { ...whenPaid, scope: 'site', permission: UsagePermissions.viewSite },
  });
};

const commands: ModulePart = ({ contribute }) => {
  contribute(Commands).to(UsageCommand);
  contribute(Commands).to(listCommand(BudgetTable), { id: 'budgets-list' });
  contribute(Commands).to(addCommand(BudgetTable), { id: 'budgets-add' });
  contribute(Commands).to(BudgetsChange);
  contribute(Commands).to(removeCommand(BudgetTable), { id: 'budgets-remove' });
  contribute(Commands).to(listCommand(PriceTable), { id: 'prices-list' });
  contribute(Commands).to(addCommand(PriceTable), { id: 'prices-set' });
  contribute(Commands).to(removeCommand(PriceTable), { id: 'prices-remove' });
};

export default defineModule(ledger, pages, commands);
