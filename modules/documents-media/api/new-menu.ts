import { type ConditionalPoint, extensionPoint } from '@portico/core';
import type { SelectedItem, SuggestedCaption } from '@portico/item-selector/api';

export type { SuggestedCaption };

/**
 * An entry of the New menu of Documents and Media, which also stands in the item selector (there the host states the fact `uploads`
 * when the caller allows them; on the Documents and Media page it always does).
 *
 * `dialog`: a fragment of the module's own that is shown in a dialog. The page asks for `href` with `?folder=<id>` (root: none) and with the header
 * `X-Portico-Fragment: 1`; without scripts the same address, opened as a page, does the same job. When its work is done, the fragment's element
 * dispatches a bubbling CustomEvent `portico:documents-added` whose detail is a DocumentsAdded; `portico:close` closes the dialog.
 */
export interface NewMenuItem {
  /** Message key, looked up in the contributing module. */
  readonly label: string;
  readonly icon?: string;
  /** `~/…` in the current site. */
  readonly href: string;
  readonly opens: 'page' | 'dialog';
  /** Script of the module that defines the fragment's element, e.g. `dialog.js`; loaded when the dialog is opened first. */
  readonly script?: string;
  /** `lg`: a dialog with more room. */
  readonly size?: 'lg';
}
export const NewMenuItems: ConditionalPoint<NewMenuItem> = extensionPoint('documents-media.new-menu-items', {
  requires: { label: 'text', href: 'text', opens: 'text' },
  conditional: true,
  called: 'point.new-menu-item',
});

/** What `portico:documents-added` carries. */
export interface DocumentsAdded {
  readonly documents: readonly AddedDocument[];
  /** A folder that was made, to go on in. */
  readonly folder?: { readonly id: string; readonly name: string };
  /** What is said of them; without it the list has words of its own. */
  readonly notice?: AddedNotice;
}

export interface AddedNotice {
  readonly sentence: string;
  /** The list of the folder where they are, which the sentence names. */
  readonly place: { readonly href: string; readonly text: string };
}

/** What the item selector answers beside name and address, e.g. a caption. */
export type ChoiceFacts = Readonly<Partial<Omit<SelectedItem, 'returnType' | 'value' | 'title' | 'altText'>>>;

/** What `portico:documents-added` carries for each document: with all that choosing it answers. */
export interface AddedDocument extends ChoiceFacts {
  readonly id: string;
  readonly name: string;
  readonly altText: string;
  readonly mimeType: string;
  /** Address of the picture, as an editor would use it. */
  readonly view: string;
  /** It cannot be shown in a page: it is no picture, or one without a preview. */
  readonly isFile?: boolean;
  /** A sentence about it, e.g. why it has no preview. */
  readonly note?: string;
}
