import type { Messages } from '../api/index.js';
import type { PageState } from './page-state.js';

/** Writes a piece of a layout, which sees this content, and this data, and nothing else. */
export type WritePiece = (content: object, data: object) => string;

/** Pieces of layouts as they were written before. */
export interface CachedLayouts {
  piece(name: string, write: WritePiece): string;
}

/**
 * A template leaves a text of thousands of pieces, which the engine puts together when it is first read. Done at once, while they are few and
 * young, it takes a quarter less of a page with a list than when the text has become a part of a larger one; and a text that is kept would
 * be put together again with each page that it becomes a part of.
 */
export function flat(text: string): string {
  text.charCodeAt(0);
  return text;
}

/** What one rendering collects and knows; helpers find it under `@portico`. */
export interface Rendering {
  /** Whose view it is: words and assets are looked up there first. */
  readonly moduleId: string;
  /** The module that shows its own view in place of that one; undefined for the original. */
  readonly writer?: string;
  readonly page: PageState;
  readonly messages: Messages;
  /** Addresses, in the order in which they were asked for. */
  readonly scripts: Set<string>;
  readonly styles: Set<string>;
  /** Rules from `{{#style}}` blocks. */
  readonly rules: Set<string>;
  /** Only layouts have them. */
  readonly pieces?: CachedLayouts;
}
