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
  /** Words of a link that starts from a generated document. */
  readonly startsFromGenerated: string | undefined;
  /** Words of an action that starts from a picture; undefined where it is not possible now. */
  readonly startsFromImage: string | undefined;
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
        startsFromGenerated:
          item.startsFromGenerated && this.catalog.for(module).text(item.startsFromGenerated, {}, access.locale),
        startsFromImage: this.imageAction(item, module, access),
      }),
      this.items.visible(access, ['uploads']),
    );
  }

  private imageAction({ startsFromImage: action }: NewMenuItem, module: string, { locale }: AccessContext): string | undefined {
    if (!action || action.isPossible?.() === false) return undefined;
    return this.catalog.for(module).text(action.label, {}, locale);
  }
}
