import { type AccessContext, AccessContexts, inject, injectable } from '@portico/core';

export const instanceSettings = {
  href: '/configuration/instance-settings/ai-creator',
  hrefPermission: 'configuration.manage-instance-settings',
} as const;
export const siteSettings = {
  href: '~/configuration/site-settings/ai-creator',
  hrefPermission: 'configuration.manage-site-settings',
} as const;

/** The page on which an API key is set, for those who may open it: the site's own for site administrators. */
@injectable()
export class SettingsLink {
  constructor(@inject(AccessContexts) private readonly contexts: AccessContexts) {}

  /** Whether it is somebody who decides for the instance: keys, prices, budgets. */
  onInstance({ person, locale }: AccessContext): boolean {
    return this.contexts.for(person, undefined, locale).can(instanceSettings.hrefPermission);
  }

  for(access: AccessContext): string | undefined {
    if (this.onInstance(access)) return instanceSettings.href;
    return access.can(siteSettings.hrefPermission) ? siteSettings.href : undefined;
  }
}
