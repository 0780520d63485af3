import {
  type AccessContext,
  type ConditionalContributions,
  contributions,
  inject,
  injectable,
  MessageCatalog,
} from '@portico/core';
import { type UsagePage, UsagePages, type UsageTab, type UsageTabs } from '../api/index.js';

/** The pages about money and what it is paid for, beside each other: our own and those of others. */
@injectable()
export class ContributedTabs implements UsageTabs {
  constructor(
    @inject(contributions(UsagePages)) private readonly pages: ConditionalContributions<UsagePage>,
    @inject(MessageCatalog) private readonly catalog: MessageCatalog,
  ) {}

  of(ctx: { readonly access: AccessContext; url(place: string): string }, current: string): readonly UsageTab[] {
    const pages = this.pages.visible(ctx.access);
    return pages.map(({ module, value: { href, label } }) => ({
      href: ctx.url(href),
      label: this.catalog.for(module).text(label, {}, ctx.access.locale),
      isCurrent: href === current,
    }));
  }
}
