import { type ConditionalPoint, extensionPoint } from '@portico/core';

/** Something that a module makes of a document: an entry in its menu and a button on its page, or a button on the panel of its metadata. */
export interface DocumentAction {
  /** Message key, looked up in the contributing module. */
  readonly label: string;
  /** Message key of the heading of the dialog. Default: the label. */
  readonly title?: string;
  readonly icon?: string;
  /** Every picture, or the documents that have metadata of a kind. */
  readonly of: 'image' | { readonly metadata: string };
  /** `~/…` in the current site. */
  readonly href: string;
  /** Name of the parameter of `href` that the id of the document becomes. */
  readonly parameter: string;
  /** As with an entry of the New menu. */
  readonly opens: 'page' | 'dialog';
  /** Script of the module that defines the fragment's element. */
  readonly script?: string;
  /** `lg`: a dialog with more room. */
  readonly size?: 'lg';
  /** Asked for every page, from memory; while it is false the action is not there. Default: always possible. */
  isPossible?(): boolean;
}

/** Actions on documents. The host states the fact `uploads`. */
export const DocumentActions: ConditionalPoint<DocumentAction> = extensionPoint('documents-media.document-actions', {
  requires: { label: 'text', of: ['text', 'object'], href: 'text', parameter: 'text', opens: 'text' },
  conditional: true,
  called: 'point.document-action',
});
