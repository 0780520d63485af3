import {
  type AccessContext,
  type Contributions,
  contributions,
  inject,
  injectable,
  type MenuBadge,
  type MenuItem,
} from '@portico/core';
import { type PaidFeature, PaidFeatures } from '../../api/index.js';

/** AI Usage of the instance, with the mark of a feature that has something to say. */
@injectable()
export class InstanceUsageItem implements MenuItem {
  readonly label = 'admin.menu';
  readonly href: string = '/ai-creator/usage';
  readonly menu: MenuItem['menu'] = 'control-panel';
  readonly category = 'configuration';
  readonly icon = 'analytics';

  constructor(@inject(contributions(PaidFeatures)) private readonly features: Contributions<PaidFeature>) {}

  badge(access: AccessContext): MenuBadge | undefined {
    return this.features.each((feature) => feature.badge?.(access)).find((badge) => badge !== undefined);
  }
}

/** The same of one site. */
@injectable()
export class SiteUsageItem extends InstanceUsageItem {
  override readonly href = '~/ai-creator/usage';
  override readonly menu = 'product';

  /** Said again, because a constructor's @inject does not reach the class that extends it. */
  constructor(@inject(contributions(PaidFeatures)) features: Contributions<PaidFeature>) {
    super(features);
  }
}
