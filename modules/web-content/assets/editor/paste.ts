import {
  changeOf,
  type Declarations,
  declarationsOf,
  type Format,
  marks,
  plain,
  rulesOf,
  sheetName,
  tagFormats,
} from './pasted-styles.js';
import { isHidden, isInserted, isJump, isRemark, things } from './unseen.js';
import { arrangeWordLists, styleName, styleOf } from './word-lists.js';

/** What could not come along, for a sentence to the author. */
export interface LeftOut {
  /** Pictures of other sites, or of the computer of whoever wrote the text. */
  pictures: number;
  /** Videos, frames, drawings. */
  things: number;
  /** Addresses that may not be links; they stand as text. */
  readonly links: Set<string>;
  /** Links to code, or to files of a computer: only their words stand. */
  lostLinks: number;
  /** Whether there were comments, or words that were deleted while changes were tracked. */
  remarks: boolean;
}

export interface PasteOptions {
  /** Of this portal: its own addresses become relative. */
  readonly origin: string;
  /** Takes a picture that came inside the HTML; answers the address that stands for it until it is uploaded. */
  readonly takePicture: (file: File) => string;
}

const blocks = new Set(
  'P H1 H2 H3 H4 H5 H6 UL OL LI BLOCKQUOTE PRE TABLE CAPTION THEAD TBODY TFOOT TR TH TD FIGURE FIGCAPTION DIV DL DT DD'.split(
    ' ',
  ),
);
const sections = new Set('ADDRESS ARTICLE ASIDE CENTER DETAILS FIELDSET FOOTER FORM HEADER MAIN NAV SECTION SUMMARY'.split(' '));
const kept = ['start', 'colspan', 'rowspan', 'scope', 'title', 'data-pm-slice', 'data-suggested-caption'];

const allowedAddress = /^(?:https:\/\/|mailto:|\/(?![/\\])|#)/i;
const emoji = /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u200d|\ufe0f)+$/u;
const readableAddress = /^(?:http|ftp|ftps|sftp|tel|sms|news|irc|geo|magnet|xmpp|sip):/i;

/**
 * Pasted HTML as an article can take it. Programs write how text looks into `style` attributes, also as the opposite of the tag around it; our
 * policy empties `element.style`, so the text of the attribute is read, in a document that shows nothing, and becomes tags.
 */
export function normalizePaste(html: string, options: PasteOptions): { readonly html: string; readonly leftOut: LeftOut } {
  const source = parseInert(html);
  arrangeWordLists(source.body);
  const tidier = new Tidier(options, source);
  return { html: tidier.tidy(source.body), leftOut: tidier.leftOut };
}

/** Whether there is more than pictures of elsewhere: words, a table, or a picture of this portal. */
export function hasWords(html: string): boolean {
  if (html.trim() === '') return false;
  const { body } = parseInert(html);
  for (const hidden of body.querySelectorAll('textarea, script, title')) hidden.remove();
  const own = [...body.querySelectorAll('img')].some((image) => image.getAttribute('src')?.startsWith(`${location.origin}/`));
  return own || (body.textContent ?? '').trim() !== '' || body.querySelector('table') !== null;
}

/**
 * A document that shows nothing. The policy refuses styles even there, and the browser's console says so: the attributes get another name, and
 * style sheets are read as the text of a field.
 */
function parseInert(html: string): Document {
  const renamed = html
    .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/(\s)style(\s*=)/gi, `$1${styleName}$2`))
    .replace(/<style(?=[\s>])/gi, `<textarea ${sheetName}`)
    .replace(/<\/style(?=[\s>])/gi, '</textarea');
  return new DOMParser().parseFromString(renamed, 'text/html');
}

/** The first rank of heading that occurs: an article begins with the second, below its title. */
function topHeading({ body }: Document): number {
  return [1, 2].find((rank) => body.querySelector(`h${rank}, [role='heading'][aria-level='${rank}']`)) ?? 2;
}

class Tidier {
  readonly leftOut: LeftOut = { pictures: 0, things: 0, links: new Set(), lostLinks: 0, remarks: false };
  private readonly made = document.implementation.createHTMLDocument('');
  private readonly rules: ReadonlyMap<string, Declarations>;
  private readonly topHeading: number;
  /** Copied in an editor of this portal: what it holds was decided there. */
  private readonly isOwn: boolean;

  constructor(
    private readonly options: PasteOptions,
    source: Document,
  ) {
    this.rules = rulesOf(source);
    this.topHeading = topHeading(source);
    this.isOwn = source.querySelector('[data-pm-slice]') !== null;
  }

  tidy(body: Element): string {
    const into = this.made.createElement('div');
    this.children(body, plain, into);
    return into.innerHTML;
  }

  private children(from: Node, format: Format, into: Element): void {
    for (const child of from.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) this.text(child.nodeValue ?? '', format, into);
      else if (child.nodeType === Node.ELEMENT_NODE) this.element(child as Element, format, into);
    }
  }

  private text(text: string, format: Format, into: Element): void {
    let node: Node = this.made.createTextNode(text);
    if (text.trim() !== '' || into.closest('pre'))
      // What is underlined in a link is underlined because it is one.
      for (const [name, tag] of marks)
        if (format[name] && !(name === 'underline' && into.closest('a'))) {
          const mark = this.made.createElement(tag);
          mark.append(node);
          node = mark;
        }
    into.append(node);
  }

  private element(element: Element, outer: Format, into: Element): void {
    const tag = element.tagName.toUpperCase();
    if (things.has(tag)) this.leftOut.things += 1;
    if (isRemark(element)) {
      this.leftOut.remarks = true;
      return;
    }
    if (things.has(tag) || isHidden(element)) return;
    if (tag === 'BR' || tag === 'HR') {
      into.append(this.made.createElement(tag.toLowerCase()));
      return;
    }
    if (tag === 'IMG') {
      this.picture(element, outer, into);
      return;
    }
    const format = isInserted(element)
      ? outer
      : { ...outer, ...tagFormats[tag], ...this.classFormat(element), ...changeOf(declarationsOf(styleOf(element))) };
    if (tag === 'A' && element.hasAttribute('href')) {
      this.link(element, format, into);
      return;
    }
    const inside = this.blockFor(element, tag);
    if (inside) into.append(inside);
    this.children(element, inside && /^H[1-6]$/.test(inside.tagName) ? { ...format, bold: false } : format, inside ?? into);
    if (inside && tag === 'LI' && element.getAttribute('role') === 'checkbox')
      (inside.querySelector('p') ?? inside).prepend(element.getAttribute('aria-checked') === 'true' ? '☑ ' : '☐ ');
  }

  private classFormat(element: Element): Partial<Format> {
    if (this.rules.size === 0) return {};
    const formats = [...element.classList].map((name) => changeOf(this.rules.get(name) ?? new Map()));
    return Object.assign({}, ...formats);
  }

  /** The block that stands for an element; undefined for one that is only about its words. */
  private blockFor(element: Element, tag: string): Element | undefined {
    if (sections.has(tag)) return this.made.createElement('div');
    if (!blocks.has(tag)) return undefined;
    const heading = rankOf(element, tag);
    // Two ranks are in the toolbar, and one more below them.
    const rank = heading && Math.min(4, Math.max(2, heading - this.topHeading + 2));
    const block = this.made.createElement(rank ? `h${rank}` : tag.toLowerCase());
    for (const name of kept) {
      const value = element.getAttribute(name);
      if (value !== null) block.setAttribute(name, value);
    }
    return block;
  }

  private link(link: Element, format: Format, into: Element): void {
    const address = this.relative(link.getAttribute('href')?.trim() ?? '');
    if (address.startsWith('#') && !this.isOwn) {
      // Its place was in the text it was copied from.
      this.children(link, format, into);
      if (!isJump(address)) this.leftOut.lostLinks += 1;
      return;
    }
    if (allowedAddress.test(address)) {
      const made = this.made.createElement('a');
      made.setAttribute('href', address);
      into.append(made);
      this.children(link, format, made);
      return;
    }
    this.children(link, format, into);
    if (address === '') return;
    if (!readableAddress.test(address)) {
      this.leftOut.lostLinks += 1;
      return;
    }
    this.leftOut.links.add(address);
    if (link.textContent?.trim() !== address) this.text(` (${address})`, format, into);
  }

  private picture(image: Element, format: Format, into: Element): void {
    // The box before an item of a list: the item gets a sign for it.
    if (image.getAttribute('aria-roledescription') === 'checkbox') return;
    const alt = image.getAttribute('alt') ?? '';
    const address = this.pictureAddress(image.getAttribute('src')?.trim() ?? '', alt);
    if (address === undefined) {
      // A sign that a program drew as a picture is a sign.
      if (emoji.test(alt)) this.text(alt, format, into);
      else this.leftOut.pictures += 1;
      return;
    }
    const made = this.made.createElement('img');
    made.setAttribute('src', address);
    if (alt !== '') made.setAttribute('alt', alt);
    for (const name of kept) if (image.hasAttribute(name)) made.setAttribute(name, image.getAttribute(name) ?? '');
    into.append(made);
  }

  private pictureAddress(src: string, alt: string): string | undefined {
    const address = this.relative(src);
    if (/^\/(?![/\\])/.test(address) || address.startsWith(`blob:${this.options.origin}/`)) return address;
    const file = address.startsWith('data:') ? fileOf(address, alt) : undefined;
    return file && this.options.takePicture(file);
  }

  /** An address of this portal without its beginning, of this very page without its path, too; others as they are. */
  private relative(address: string): string {
    if (!URL.canParse(address)) return address;
    const { origin, protocol, pathname, search, hash } = new URL(address);
    if (hash !== '' && origin + pathname + search === this.options.origin + location.pathname + location.search) return hash;
    return origin === this.options.origin && protocol.startsWith('http') ? pathname + search + hash : address;
  }
}

/** 1 is the highest; undefined for what is no heading. */
function rankOf(element: Element, tag: string): number | undefined {
  const level = element.getAttribute('role') === 'heading' ? element.getAttribute('aria-level') : undefined;
  const rank = Number(/^H([1-6])$/.exec(tag)?.[1] ?? level);
  return rank >= 1 ? rank : undefined;
}

function fileOf(address: string, alt: string): File | undefined {
  const [, type = '', data = ''] = /^data:(image\/[\w.+-]+);base64,([\s\S]+)$/i.exec(address) ?? [];
  try {
    const bytes = Uint8Array.from(atob(data.replace(/\s/g, '')), (character) => character.charCodeAt(0));
    return bytes.length === 0 ? undefined : new File([bytes], `${alt.slice(0, 60).trim()}.${extensionOf(type)}`, { type });
  } catch {
    return undefined;
  }
}

/** `png` of `image/png`, `svg` of `image/svg+xml`. */
export function extensionOf(type: string): string {
  const name = /^image\/([\w-]+)/i.exec(type)?.[1]?.toLowerCase() ?? 'png';
  return name === 'jpeg' ? 'jpg' : name;
}
