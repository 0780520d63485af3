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
  | 'caption'
  | 'caption-placeholder'
  | 'caption-add'
  | 'undo'
  | 'redo'
  | 'toolbar';

export type ClientMessages = Readonly<Record<MessageKey, string> & { 'caption-offered': CompiledMessage }>;
