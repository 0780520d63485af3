import {
  type AccessContext,
  type ConditionalContributions,
  contributions,
  inject,
  injectable,
  MessageCatalog,
} from '@portico/core';
import { type NewMenuItem, NewMenuItems } from '../api/new-menu.js';
import { type Offer, offerOf } from './offers.js';

/** An entry as a page shows it; its address has the folder in which it works. */
export interface NewMenuEntry extends Offer {
  readonly id: string;
}

/** The New menu: whatever the modules contribute, and nothing else. */
@injectable()
export class NewMenu {
  constructor(
    @inject(contributions(NewMenuItems)) private readonly items: ConditionalContributions<NewMenuItem>,
    @inject(MessageCatalog) private readonly catalog: MessageCatalog,
  ) {}

  entries(access: AccessContext, folderId: string | undefined): readonly NewMenuEntry[] {
    const query = folderId === undefined ? '' : `?folder=${encodeURIComponent(folderId)}`;
    return this.items.each(
      (item, { id, module }) => {
        const label = this.catalog.for(module).text(item.label, {}, access.locale);
        return offerOf(item, { id, module, label, href: item.href + query });
      },
      this.items.visible(access, ['uploads']),
    );
  }
}
