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

  for(access: AccessContext): string | undefined {
    const onInstance = this.contexts.for(access.person, undefined, access.locale);
    if (onInstance.can(instanceSettings.hrefPermission)) return instanceSettings.href;
    return access.can(siteSettings.hrefPermission) ? siteSettings.href : undefined;
  }
}
