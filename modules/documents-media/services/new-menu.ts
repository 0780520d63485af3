import {
  type AccessContext,
  type ConditionalContributions,
  contributions,
  inject,
  injectable,
  MessageCatalog,
} from '@portico/core';
import { type NewMenuItem, NewMenuItems } from '../api/new-menu.js';

/** An entry as a page shows it. */
export interface NewMenuEntry {
  readonly id: string;
  readonly module: string;
  readonly label: string;
  readonly icon: string | undefined;
  /** With the folder in which it works. */
  readonly href: string;
  readonly opensDialog: boolean;
  readonly script: string | undefined;
  readonly size: string | undefined;
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
      (item, { id, module }) => ({
        id,
        module,
        label: this.catalog.for(module).text(item.label, {}, access.locale),
        icon: item.icon,
        href: item.href + query,
        opensDialog: item.opens === 'dialog',
        script: item.script,
        size: item.size,
      }),
      this.items.visible(access, ['uploads']),
    );
  }
}
