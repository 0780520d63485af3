import type { Permission } from '@portico/core';

export const managePeople = 'identity.manage-people';
export const manageRoles = 'identity.manage-roles';
export const manageMemberships = 'identity.manage-memberships';

export const identityPermissions: readonly Permission[] = [
  permission(managePeople, 'manage-people', 'instance', 'Administrator'),
  permission(manageRoles, 'manage-roles', 'instance', 'Administrator'),
  permission(manageMemberships, 'manage-memberships', 'site', 'Site Administrator'),
];

/** All of this module lead to more than they say: to the rights of others. */
function permission(id: string, name: string, scope: Permission['scope'], role: string): Permission {
  return { id, label: `permission.${name}`, scope, defaultRoles: [role], powerful: `permission.${name}-powerful` };
}
