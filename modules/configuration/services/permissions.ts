import type { Permission } from '@portico/core';

/** The permissions of this module, by what they open. */
export const permissions = {
  openSettings: 'configuration.open-instance-settings',
  instanceSettings: 'configuration.manage-instance-settings',
  siteSettings: 'configuration.manage-site-settings',
} as const;

export const declaredPermissions: readonly Permission[] = [
  { id: permissions.openSettings, label: 'permission.open-settings', scope: 'instance', defaultRoles: ['Operator'] },
  { id: permissions.instanceSettings, label: 'permission.instance-settings', scope: 'instance', defaultRoles: ['Administrator'] },
  { id: permissions.siteSettings, label: 'permission.site-settings', scope: 'site', defaultRoles: ['Site Administrator'] },
];
