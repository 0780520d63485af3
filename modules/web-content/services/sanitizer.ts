import createDOMPurify from 'dompurify';
import { JSDOM } from 'jsdom';

const allowedTags = [
  ...['p', 'br', 'hr', 'h1', 'h2', 'h3', 'h4', 'strong', 'b', 'em', 'i', 'u', 's', 'sup', 'sub', 'code', 'pre', 'blockquote'],
  ...['ul', 'ol', 'li', 'a', 'img', 'figure', 'figcaption'],
  ...['table', 'caption', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td'],
];
/** Stays with an image so that the caption can be offered again when the article is opened the next time. */
const suggestedCaption = 'data-suggested-caption';
const suggestionLimit = 200;
const spans = ['colspan', 'rowspan'];
const allowedAttributes = ['href', 'src', 'alt', 'title', 'start', 'scope', ...spans, suggestedCaption];
/** A number of cells; more than a table could have is no table. */
const allowedSpan = /^[1-9]\d{0,2}$/;
/** https, mailto, or an address of this portal; `//host` and `/\host` lead elsewhere and are dropped. */
const allowedAddresses = /^(?:https:\/\/|mailto:|\/(?![/\\])|#)/i;
/** A picture comes from this portal: the pages' policy shows no other, so that it would be an empty frame. */
const allowedPictures = /^\/(?![/\\])/;
/** What a reader can do something with when it stands as text. Code and places of somebody's own computer are none of it. */
const readableAddresses = /^(?:http|ftp|ftps|sftp|tel|sms|news|irc|geo|magnet|xmpp|sip):/i;
const readableLimit = 500;
/** Things that show something: when one goes, the author is told. Scripts, styles and forms were never part of the text. */
const things = new Set(['svg', 'math', 'iframe', 'frame', 'video', 'audio', 'object', 'embed', 'canvas']);

/** What had to go from an article. */
export interface Removed {
  /** Pictures of other sites or of somebody's computer, or carried inside the HTML. */
  readonly pictures: number;
  /** Videos, frames, drawings, formulas. */
  readonly things: number;
  /** Addresses of links; their words stay. */
  readonly links: readonly string[];
}

export interface Sanitized {
  readonly html: string;
  readonly removed: Removed;
}

const purify = createDOMPurify(new JSDOM('').window);
let removedThings = 0;

purify.addHook('uponSanitizeElement', (_node, { tagName }) => {
  if (things.has(tagName)) removedThings += 1;
});
// DOMPurify lets data: through for images whatever its address rule says, so addresses are checked here once more.
purify.addHook('uponSanitizeAttribute', (node, attribute) => {
  const { attrName, attrValue } = attribute;
  if (attrName === 'href') attribute.keepAttr = allowedAddresses.test(attrValue.trim());
  if (attrName === 'src') attribute.keepAttr = allowedPictures.test(attrValue.trim());
  if (spans.includes(attrName)) attribute.keepAttr = allowedSpan.test(attrValue);
  if (attrName === suggestedCaption) attribute.keepAttr = node.nodeName === 'IMG' && attrValue.length <= suggestionLimit;
});
purify.addHook('beforeSanitizeAttributes', (node) => {
  const address = node.nodeName === 'A' ? (node.getAttribute('href')?.trim() ?? '') : '';
  if (address !== '' && !allowedAddresses.test(address)) refusedLinks.set(node, address);
});
purify.addHook('afterSanitizeAttributes', (node) => {
  if (node.nodeName === 'A' && node.getAttribute('href')?.startsWith('https:')) node.setAttribute('rel', 'noopener noreferrer');
});
const refusedLinks = new Map<Element, string>();

/**
 * Leaves only the tags of an article: no svg, no math, no scripts, no styles; links to https, mailto or this portal;
 * pictures of this portal.
 *
 * The text is parsed as a browser would (jsdom), what is not on the lists above is taken out by DOMPurify, and the tree is written out again: so what is
 * stored is what was checked, not what was typed. It is a list of what may stay; whatever HTML learns tomorrow is left out until somebody adds it. An
 * element that may not stay gives its text to the one around it, except where its text is no text (script, style and their like).
 *
 * Addresses are checked twice, because DOMPurify lets `data:` through for pictures: https, mailto, an absolute path or a fragment of this portal; for
 * pictures an absolute path alone, as the policy of the pages shows no other. A link that leads out gets `noopener noreferrer`. Attributes are a list, too: `style`, `class`, `id`, event handlers and `data-*` are not on it, apart from the one that
 * keeps a suggested caption.
 *
 * Nothing goes in silence: a picture goes whole, with its frame, a refused link leaves its address as text where a reader could use it, and what went is
 * answered beside the text.
 *
 * It runs in a worker thread (html-cleaner.ts), as text of a malicious author can take long to parse, and is pure: the same text gives the same answer, and a
 * cleaned text cleaned again stays as it is. The page's Content-Security-Policy stands behind it; neither leans on the other.
 */
export function sanitize(html: string): Sanitized {
  removedThings = 0;
  refusedLinks.clear();
  const body = purify.sanitize(html, {
    ALLOWED_TAGS: allowedTags,
    ALLOWED_ATTR: allowedAttributes,
    // The rule for addresses is asked of every attribute that is not named here.
    ADD_URI_SAFE_ATTR: [suggestedCaption, 'start', 'scope', ...spans],
    ALLOWED_URI_REGEXP: allowedAddresses,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM: true,
  }) as HTMLElement;
  const links = [...refusedLinks.values()];
  for (const [link, address] of refusedLinks) if (body.contains(link)) keepAsText(link, address);
  const frames = [...body.querySelectorAll('img')].filter((image) => !image.getAttribute('src'));
  for (const frame of frames) dropPicture(frame);
  for (const caption of body.querySelectorAll('figcaption')) dropEmpty(caption);
  // One that is wider than its column scrolls by itself, which the keyboard must reach.
  for (const table of body.querySelectorAll('table')) table.setAttribute('tabindex', '0');
  return { html: body.innerHTML, removed: { pictures: frames.length, things: removedThings, links: [...new Set(links)] } };
}

/** The words of a link that may not be one, and its address behind them where a reader could use it. */
function keepAsText(link: Element, address: string): void {
  const words = link.textContent?.trim() ?? '';
  if (!readableAddresses.test(address) || address.length > readableLimit) return;
  link.replaceWith(...link.childNodes, ...(words === address ? [] : [words === '' ? address : ` (${address})`]));
}

/** A picture goes whole, with the figure around it; the words of its caption stay. */
function dropPicture(image: Element): void {
  const figure = image.closest('figure');
  image.remove();
  if (!figure || figure.querySelector('img')) return;
  const paragraph = figure.ownerDocument.createElement('p');
  for (const caption of figure.querySelectorAll('figcaption')) paragraph.append(...caption.childNodes);
  if (paragraph.textContent?.trim()) figure.replaceWith(paragraph);
  else figure.remove();
}

/** A caption without words goes; the picture it was for stays. */
function dropEmpty(caption: Element): void {
  if (caption.textContent?.trim()) return;
  const figure = caption.parentElement;
  caption.remove();
  if (figure?.nodeName === 'FIGURE') figure.replaceWith(...figure.childNodes);
}
