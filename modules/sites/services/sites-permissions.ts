import type { Permission } from '@portico/core';

export const manageSites = 'sites.manage-sites';
export const viewSite = 'sites.view-site';
/** Names and logos are settings: who may change those may change these. */
export const brandPortal = 'configuration.manage-instance-settings';
export const brandSite = 'configuration.manage-site-settings';

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
