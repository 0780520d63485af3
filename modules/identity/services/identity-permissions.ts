import type { Permission } from '@portico/core';

export const managePeople = 'identity.manage-people';
export const manageRoles = 'identity.manage-roles';
export const manageMemberships = 'identity.manage-memberships';

export const identityPermissions: readonly Permission[] = [
  { id: managePeople, label: 'permission.manage-people', scope: 'instance', defaultRoles: ['Administrator'] },
  { id: manageRoles, label: 'permission.manage-roles', scope: 'instance', defaultRoles: ['Administrator'] },
  { id: manageMemberships, label: 'permission.manage-memberships', scope: 'site', defaultRoles: ['Site Administrator'] },
];
