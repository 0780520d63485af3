import type { RouteContext } from '@portico/core';

export const adminPages = ['usage', 'budgets', 'prices', 'service', 'errors'] as const;
export type AdminPage = (typeof adminPages)[number];

/** The permission that opens pages of the instance about money and models. */
export const manageInstance = 'configuration.manage-instance-settings';
export const manageSite = 'configuration.manage-site-settings';

/** The pages of the Control Panel beside each other. */
export const adminTabs = (ctx: RouteContext<unknown, unknown, unknown>, current: AdminPage): readonly object[] =>
  adminPages.map((page) => ({
    href: ctx.url(`/ai-creator/${page}`),
    label: ctx.text(`${page}.title`),
    isCurrent: page === current,
  }));
