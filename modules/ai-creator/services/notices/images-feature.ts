import { isRetired } from '@portico/ai-providers/api';
import type { PaidFeature } from '@portico/ai-usage/api';
import { type AccessContext, inject, injectable, type MenuBadge } from '@portico/core';
import { ImageProviderClient } from '../provider/image-provider-client.js';
import { ModelNotices } from './model-notices.js';

/** Images, as AI Usage asks about them: the models of the service in use, and a mark when a chosen one ends. */
@injectable()
export class ImagesFeature implements PaidFeature {
  constructor(
    @inject(ImageProviderClient) private readonly client: ImageProviderClient,
    @inject(ModelNotices) private readonly notices: ModelNotices,
  ) {}

  models(): readonly string[] {
    const { preferred = [], suggested = [] } = this.client.provider?.modelNames ?? {};
    return [...preferred, ...suggested];
  }

  isRetired(model: string): boolean {
    return isRetired(model);
  }

  badge(access: AccessContext): MenuBadge | undefined {
    return this.notices.badge(access);
  }
}
