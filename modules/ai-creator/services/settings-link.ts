import { type AccessContext, AccessContexts, inject, injectable } from '@portico/core';

/** The page on which an API key is set, for those who may open it: the site's own for site administrators. */
@injectable()
export class SettingsLink {
  constructor(@inject(AccessContexts) private readonly contexts: AccessContexts) {}

  for(access: AccessContext): string | undefined {
    const onInstance = this.contexts.for(access.person, undefined, access.locale);
    if (onInstance.can('configuration.manage-instance-settings')) return '/configuration/instance-settings/ai-creator';
    return access.can('configuration.manage-site-settings') ? '~/configuration/site-settings/ai-creator' : undefined;
  }
}
