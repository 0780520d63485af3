import type { AccessContext, Permission } from '@portico/core';
import type { SettingsField } from '../api/index.js';

/** The permissions of this module, by what they open. */
export const permissions = {
  openSettings: 'configuration.open-instance-settings',
  instanceSettings: 'configuration.manage-instance-settings',
  siteSettings: 'configuration.manage-site-settings',
} as const;

/** Whether a person may only read a field of a site, because it limits the site. */
export function isOnlyRead(field: SettingsField, access: AccessContext): boolean {
  return field.limitsSite === true && access.scope.kind === 'site' && !access.can(permissions.instanceSettings);
}

export const declaredPermissions: readonly Permission[] = [
  { id: permissions.openSettings, label: 'permission.open-settings', scope: 'instance', defaultRoles: ['Operator'] },
  {
    id: permissions.instanceSettings,
    label: 'permission.instance-settings',
    powerful: 'permission.instance-settings-powerful',
    scope: 'instance',
    defaultRoles: ['Administrator'],
  },
  {
    id: permissions.siteSettings,
    label: 'permission.site-settings',
    powerful: 'permission.site-settings-powerful',
    scope: 'site',
    defaultRoles: ['Site Administrator'],
  },
];
