import {
  type AccessContext,
  type ConditionalContributions,
  contributions,
  inject,
  injectable,
  MessageCatalog,
} from '@portico/core';
import { type DocumentAction, DocumentActions } from '../api/actions.js';
import { type Offer, offerOf } from './offers.js';

/** An action as a page shows it; the id of the document completes its address. */
export interface ShownAction extends Offer {
  /** Heading of the dialog. */
  readonly title: string;
}

/** What modules make of documents. */
@injectable()
export class DocumentActionList {
  constructor(
    @inject(contributions(DocumentActions)) private readonly actions: ConditionalContributions<DocumentAction>,
    @inject(MessageCatalog) private readonly catalog: MessageCatalog,
  ) {}

  /** For pictures, added to the folder that is shown. */
  ofImages(access: AccessContext, folderId: string | undefined): readonly ShownAction[] {
    return this.shown(access, (action) => action.of === 'image', folderId);
  }

  /** For documents with metadata of a kind. */
  ofMetadata(access: AccessContext, kind: string): readonly ShownAction[] {
    return this.shown(access, ({ of }) => of !== 'image' && of.metadata === kind, undefined);
  }

  private shown(
    access: AccessContext,
    matches: (action: DocumentAction) => boolean,
    folderId: string | undefined,
  ): readonly ShownAction[] {
    const offered = this.actions.visible(access, ['uploads']).filter(({ value }) => matches(value));
    const shown = this.actions.each((action, { module }) => {
      if (action.isPossible?.() === false) return undefined;
      const text = (key: string): string => this.catalog.for(module).text(key, {}, access.locale);
      const query = new URLSearchParams(folderId === undefined ? {} : { folder: folderId });
      query.append(action.parameter, '');
      const { label, title = label } = action;
      return offerOf(action, { module, label: text(label), title: text(title), href: `${action.href}?${query}` });
    }, offered);
    return shown.filter((action) => action !== undefined);
  }
}
