import type { CompiledMessage } from '@portico/core/client';

/** What the editor says, in the person's language; comes from the server. */
export type MessageKey =
  | 'bold'
  | 'italic'
  | 'heading-2'
  | 'heading-3'
  | 'bullet-list'
  | 'ordered-list'
  | 'blockquote'
  | 'link'
  | 'link-prompt'
  | 'link-apply'
  | 'link-wrong'
  | 'image'
  | 'select-image'
  | 'caption'
  | 'caption-placeholder'
  | 'caption-add'
  | 'alt-text'
  | 'alt-text-help'
  | 'table'
  | 'table-row-add'
  | 'table-column-add'
  | 'table-row-delete'
  | 'table-column-delete'
  | 'table-delete'
  | 'picture-failed'
  | 'pasted-picture'
  | 'note-close'
  | 'undo'
  | 'redo'
  | 'toolbar';

/** What has values in it. */
export type FormattedKey =
  | 'caption-offered'
  | 'pictures-left-out'
  | 'things-left-out'
  | 'links-as-text'
  | 'links-left-out'
  | 'remarks-left-out'
  | 'only-pictures'
  | 'picture-refused';

export type ClientMessages = Readonly<Record<MessageKey, string> & Record<FormattedKey, CompiledMessage>>;
