import {
  type AccessContext,
  type ConditionalContributions,
  contributions,
  inject,
  injectable,
  type MenuBadge,
  type MenuItem,
  MessageCatalog,
} from '@portico/core';
import { type PaidFeature, PaidFeatures, type UsagePage, UsagePages, type UsageTab, type UsageTabs } from '../api/index.js';

/** AI Usage of the instance, with the mark of a feature that has something to say. */
@injectable()
export class InstanceUsageItem implements MenuItem {
  readonly label = 'admin.menu';
  readonly href: string = '/ai-creator/usage';
  readonly menu: MenuItem['menu'] = 'control-panel';
  readonly category = 'configuration';
  readonly icon = 'analytics';

  constructor(@inject(contributions(PaidFeatures)) private readonly features: ConditionalContributions<PaidFeature>) {}

  badge(access: AccessContext): MenuBadge | undefined {
    const badges = this.features.each((feature) => feature.badge?.(access), this.features.visible(access));
    return badges.find((badge) => badge !== undefined);
  }
}

/** The same of one site. */
@injectable()
export class SiteUsageItem extends InstanceUsageItem {
  override readonly href = '~/ai-creator/usage';
  override readonly menu = 'product';

  /** Said again, because a constructor's @inject does not reach the class that extends it. */
  constructor(@inject(contributions(PaidFeatures)) features: ConditionalContributions<PaidFeature>) {
    super(features);
  }
}

/** The pages about money and what it is paid for, beside each other: our own and those of others. */
@injectable()
export class ContributedTabs implements UsageTabs {
  constructor(
    @inject(contributions(UsagePages)) private readonly pages: ConditionalContributions<UsagePage>,
    @inject(MessageCatalog) private readonly catalog: MessageCatalog,
  ) {}

  of(ctx: { readonly access: AccessContext; url(place: string): string }, current: string): readonly UsageTab[] {
    const pages = this.pages.visible(ctx.access);
    // One tab is no choice.
    if (pages.length < 2) return [];
    return pages.map(({ module, value: { href, label } }) => ({
      href: ctx.url(href),
      label: this.catalog.for(module).text(label, {}, ctx.access.locale),
      isCurrent: href === current,
    }));
  }
}
