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

const own = 'documents-media';

/** The New menu: whatever the modules contribute, and nothing else. */
@injectable()
export class NewMenu {
  constructor(
    @inject(contributions(NewMenuItems)) private readonly items: ConditionalContributions<NewMenuItem>,
    @inject(MessageCatalog) private readonly catalog: MessageCatalog,
  ) {}

  /**
   * @param here who asks, as far as they get with the folder. What other modules contribute asks for its permissions in the whole site too, as their pages
   * do.
   */
  entries(access: AccessContext, folderId: string | undefined, here: AccessContext): readonly NewMenuEntry[] {
    const everywhere = new Set(this.items.visible(access, ['uploads']).map(({ id, module }) => `${module}/${id}`));
    const query = folderId === undefined ? '' : `?folder=${encodeURIComponent(folderId)}`;
    return this.items.each(
      (item, { id, module }) => {
        const label = this.catalog.for(module).text(item.label, {}, access.locale);
        return offerOf(item, { id, module, label, href: item.href + query });
      },
      this.items.visible(here, ['uploads']).filter(({ id, module }) => module === own || everywhere.has(`${module}/${id}`)),
    );
  }
}
