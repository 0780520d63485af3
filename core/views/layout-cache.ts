import type { Messages, PlaceBranding, Site } from '../api/index.js';
import type { Handlebars } from '../libraries/text.js';
import { anonymous } from './fragment-cache.js';
import type { SharedMenus } from './frame.js';
import { type CachedLayouts, flat, type Rendering, type WritePiece } from './rendering.js';

/** A name, and a logo unless it is the product's. */
export type Brand = { readonly name: string } & Pick<PlaceBranding, 'logo'>;

/** Everything that a kept piece of a layout may show. */
export interface SharedContent extends Partial<SharedMenus> {
  readonly locale: string;
  readonly site: Pick<Site, 'id' | 'name' | 'address'> | undefined;
  readonly brand: Brand;
  /** Address of an asset of the portal; all of them have the same hash. */
  readonly assets: string;
}

/** What follows from the locale and the views that are loaded. */
export interface SharedMessages {
  readonly moduleId: string;
  readonly messages: Messages;
  readonly clientMessages: Handlebars.SafeString;
}

/** The pieces of one content, by name, each written when it is first asked for. */
class Pieces implements CachedLayouts {
  private readonly written = new Map<string, string>();

  constructor(
    private readonly content: SharedContent,
    private readonly messages: SharedMessages,
  ) {}

  piece(name: string, write: WritePiece): string {
    let text = this.written.get(name);
    if (text === undefined) {
      const content = { ...this.content, clientMessages: this.messages.clientMessages };
      text = flat(write(content, { root: content, portico: this.rendering() }));
      this.written.set(name, text);
    }
    return text;
  }

  private rendering(): Rendering {
    return anonymous({ ...this.messages, ...this.content });
  }
}

const mostContents = 200;

/**
 * The parts of a layout that are the same on many pages: menus, the name of the site, the addresses in the head. They are kept by what they
 * show, all of it, so that nobody sees the menu of another, and a menu that changes in anything is written anew.
 */
export class LayoutCache {
  private readonly kept = new Map<string, Pieces>();

  /** @param key the same for the same content only; undefined for what is not to be kept. */
  of(key: string | undefined, content: () => SharedContent, messages: () => SharedMessages): CachedLayouts {
    if (key === undefined) return new Pieces(content(), messages());
    let pieces = this.kept.get(key);
    if (!pieces) {
      if (this.kept.size >= mostContents) this.kept.clear();
      pieces = new Pieces(content(), messages());
      this.kept.set(key, pieces);
    }
    return pieces;
  }

  /** Views or messages have changed. */
  clear(): void {
    this.kept.clear();
  }
}
