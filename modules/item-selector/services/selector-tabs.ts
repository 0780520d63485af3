import {
  type AccessContext,
  type ConditionalContributions,
  contributions,
  inject,
  injectable,
  MessageCatalog,
} from '@portico/core';
import { criterionQuery, type ItemSelectorCriterion } from '../api/criterion.js';
import { type ItemSelectorView, ItemSelectorViews } from '../api/views.js';

/** A tab as the dialog shows it. */
export interface SelectorTab {
  /** Stable: the id of the contribution. */
  readonly id: string;
  readonly module: string;
  readonly label: string;
  readonly icon: string | undefined;
  /** With the criterion as query. */
  readonly href: string;
  readonly script: string | undefined;
}

/** The views that can give what a caller wants, for this person. */
@injectable()
export class SelectorTabs {
  constructor(
    @inject(contributions(ItemSelectorViews)) private readonly views: ConditionalContributions<ItemSelectorView>,
    @inject(MessageCatalog) private readonly catalog: MessageCatalog,
  ) {}

  matching(access: AccessContext, criterion: ItemSelectorCriterion): readonly SelectorTab[] {
    const visible = this.views.visible(access, criterion.uploads ? ['uploads'] : []);
    const tabs = this.views.each<SelectorTab | undefined>((view, { id, module }) => {
      if (!view.itemTypes.includes(criterion.itemType)) return undefined;
      if (!criterion.returnTypes.some((type) => view.returnTypes.includes(type))) return undefined;
      return {
        id,
        module,
        label: this.catalog.for(module).text(view.label, {}, access.locale),
        icon: view.icon,
        href: `${view.href}?${criterionQuery(criterion)}`,
        script: view.script,
      };
    }, visible);
    return tabs.filter((tab) => tab !== undefined);
  }
}
