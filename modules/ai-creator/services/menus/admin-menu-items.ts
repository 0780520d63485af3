import { type AccessContext, inject, injectable, type MenuBadge, type MenuItem } from '@portico/core';
import { ModelNotices } from '../notices/model-notices.js';

/** AI Usage of the instance, with a mark when its model ends. */
@injectable()
export class InstanceUsageItem implements MenuItem {
  readonly label = 'admin.menu';
  readonly href: string = '/ai-creator/usage';
  readonly menu: MenuItem['menu'] = 'control-panel';
  readonly category = 'configuration';
  readonly icon = 'analytics';

  constructor(@inject(ModelNotices) private readonly notices: ModelNotices) {}

  badge(access: AccessContext): MenuBadge | undefined {
    return this.notices.badge(access);
  }
}

/** The same of one site. */
@injectable()
export class SiteUsageItem extends InstanceUsageItem {
  override readonly href = '~/ai-creator/usage';
  override readonly menu = 'product';

  /** Said again, because a constructor's @inject does not reach the class that extends it. */
  constructor(@inject(ModelNotices) notices: ModelNotices) {
    super(notices);
  }
}
