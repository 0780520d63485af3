import type { Permission } from '@portico/core';

/** The permissions of this module, by what they open. */
export const permissions = {
  openSettings: 'configuration.open-instance-settings',
  instanceSettings: 'configuration.manage-instance-settings',
  siteSettings: 'configuration.manage-site-settings',
  flags: 'configuration.manage-flags',
  modules: 'configuration.manage-modules',
  audit: 'configuration.read-audit-log',
  diagnose: 'configuration.diagnose',
} as const;

export const declaredPermissions: readonly Permission[] = [
  { id: permissions.openSettings, label: 'permission.open-settings', scope: 'instance', defaultRoles: ['Operator'] },
  { id: permissions.instanceSettings, label: 'permission.instance-settings', scope: 'instance', defaultRoles: ['Administrator'] },
  { id: permissions.siteSettings, label: 'permission.site-settings', scope: 'site', defaultRoles: ['Site Administrator'] },
  { id: permissions.flags, label: 'permission.flags', scope: 'instance', defaultRoles: ['Operator'] },
  { id: permissions.audit, label: 'permission.audit', scope: 'instance', defaultRoles: ['Administrator'] },
  { id: permissions.modules, label: 'permission.modules', scope: 'instance', defaultRoles: ['Operator'] },
  { id: permissions.diagnose, label: 'permission.diagnose', scope: 'instance', defaultRoles: ['Operator'] },
];
