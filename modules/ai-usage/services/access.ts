import { type Permission, tokenId, type When } from '@portico/core';
import { PaidFeatures, UsagePermissions } from '../api/index.js';

export const declaredPermissions: readonly Permission[] = [
  { id: UsagePermissions.manage, label: 'permission.manage-usage', scope: 'instance', defaultRoles: ['Administrator'] },
  { id: UsagePermissions.viewSite, label: 'permission.view-site-usage', scope: 'site', defaultRoles: ['Site Administrator'] },
];

/** Pages about money are there when something costs money. */
export const whenPaid = { contributed: tokenId(PaidFeatures) } as const satisfies When;
