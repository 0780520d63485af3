import type { Messages } from '../api/index.js';
import type { PageState } from './page-state.js';

/** Writes a piece of a layout, which sees this content, and this data, and nothing else. */
export type WritePiece = (content: object, data: object) => string;

/** Pieces of layouts as they were written before. */
export interface CachedLayouts {
  piece(name: string, write: WritePiece): string;
}

/** What one rendering collects and knows; helpers find it under `@portico`. */
export interface Rendering {
  /** Whose view it is: words and assets are looked up there first. */
  readonly moduleId: string;
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
