import { type AccessContext, inject, injectable, type MenuBadge, type MenuItem } from '@portico/core';
import { GenerationNotices } from '../generations/generation-notices.js';

/** My recent generations, with how many wait there. */
@injectable()
export class RecentMenuItem implements MenuItem {
  readonly label = 'recent.title';
  readonly href = '~/ai-creator/generations';
  readonly icon = 'magic';

  constructor(@inject(GenerationNotices) private readonly notices: GenerationNotices) {}

  badge(access: AccessContext): MenuBadge | undefined {
    return this.notices.badge(access);
  }
}
