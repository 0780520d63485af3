import type { Permission } from '@portico/core';

/** The permissions of this module, by what they open. Their ids are older than the module: grants and API tokens hold them. */
export const permissions = {
  flags: 'configuration.manage-flags',
  modules: 'configuration.manage-modules',
  packages: 'configuration.install-modules',
  audit: 'configuration.read-audit-log',
  diagnose: 'configuration.diagnose',
  /** That of Instance Settings: who sets up the portal. */
  firstSteps: 'configuration.manage-instance-settings',
  jobs: 'configuration.see-jobs',
} as const;

export const declaredPermissions: readonly Permission[] = [
  {
    id: permissions.flags,
    label: 'permission.flags',
    powerful: 'permission.flags-powerful',
    scope: 'instance',
    defaultRoles: ['Operator'],
  },
  {
    id: permissions.audit,
    label: 'permission.audit',
    powerful: 'permission.audit-powerful',
    scope: 'instance',
    defaultRoles: ['Administrator'],
  },
  {
    id: permissions.modules,
    label: 'permission.modules',
    powerful: 'permission.modules-powerful',
    scope: 'instance',
    defaultRoles: ['Operator'],
  },
  {
    id: permissions.packages,
    label: 'permission.packages',
    powerful: 'permission.packages-powerful',
    scope: 'instance',
    defaultRoles: ['Operator'],
  },
  { id: permissions.jobs, label: 'permission.jobs', scope: 'instance', defaultRoles: ['Administrator'] },
  { id: permissions.diagnose, label: 'permission.diagnose', scope: 'instance', defaultRoles: ['Operator'] },
];
