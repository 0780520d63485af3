import type { Permission } from '@portico/core';

export const manageSites = 'sites.manage-sites';
export const viewSite = 'sites.view-site';

export const sitesPermissions: readonly Permission[] = [
  {
    id: manageSites,
    label: 'permission.manage-sites',
    powerful: 'permission.manage-sites-powerful',
    scope: 'instance',
    defaultRoles: ['Administrator'],
  },
  {
    id: viewSite,
    label: 'permission.view-site',
    scope: 'site',
    defaultRoles: ['Operator', 'Site Administrator', 'Author', 'Member', 'Guest'],
  },
];
