import createDOMPurify from 'dompurify';
import { JSDOM } from 'jsdom';

const allowedTags = [
  ...['p', 'br', 'hr', 'h1', 'h2', 'h3', 'h4', 'strong', 'b', 'em', 'i', 'u', 's', 'code', 'pre', 'blockquote'],
  ...['ul', 'ol', 'li', 'a', 'img', 'figure', 'figcaption'],
];
/** Stays with an image so that the caption can be offered again when the article is opened the next time. */
const suggestedCaption = 'data-suggested-caption';
const suggestionLimit = 200;
const allowedAttributes = ['href', 'src', 'alt', 'title', 'start', suggestedCaption];
/** https, mailto, or an address of this portal; `//host` and `/\host` lead elsewhere and are dropped. */
const allowedAddresses = /^(?:https:\/\/|mailto:|\/(?![/\\])|#)/i;

const purify = createDOMPurify(new JSDOM('').window);

// DOMPurify lets data: through for images whatever its address rule says, so addresses are checked here once more.
purify.addHook('uponSanitizeAttribute', (node, attribute) => {
  if (['href', 'src'].includes(attribute.attrName)) attribute.keepAttr = allowedAddresses.test(attribute.attrValue.trim());
  if (attribute.attrName === suggestedCaption)
    attribute.keepAttr = node.nodeName === 'IMG' && attribute.attrValue.length <= suggestionLimit;
});
purify.addHook('afterSanitizeAttributes', (node) => {
  if (node.nodeName === 'A' && node.getAttribute('href')?.startsWith('https:')) node.setAttribute('rel', 'noopener noreferrer');
});

/**
 * Leaves only the tags of an article: no svg, no math, no scripts, no styles; links to https, mailto or this portal.
 *
 * The text is parsed as a browser would (jsdom), what is not on the lists above is taken out by DOMPurify, and the tree is written out again: so what is
 * stored is what was checked, not what was typed. It is a list of what may stay; whatever HTML learns tomorrow is left out until somebody adds it. An
 * element that may not stay gives its text to the one around it, except where its text is no text (script, style and their like).
 *
 * Addresses are checked twice, because DOMPurify lets `data:` through for pictures: https, mailto, an absolute path or a fragment of this portal. A link that
 * leads out gets `noopener noreferrer`. Attributes are a list, too: `style`, `class`, `id`, event handlers and `data-*` are not on it, apart from the one that
 * keeps a suggested caption.
 *
 * It runs in a worker thread (html-cleaner.ts), as text of a malicious author can take long to parse, and is pure: the same text gives the same answer, and a
 * cleaned text cleaned again stays as it is. The page's Content-Security-Policy stands behind it; neither leans on the other.
 */
export function sanitize(html: string): string {
  const body = purify.sanitize(html, {
    ALLOWED_TAGS: allowedTags,
    ALLOWED_ATTR: allowedAttributes,
    ADD_URI_SAFE_ATTR: [suggestedCaption],
    ALLOWED_URI_REGEXP: allowedAddresses,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM: true,
  }) as HTMLElement;
  for (const caption of body.querySelectorAll('figcaption')) dropEmpty(caption);
  return body.innerHTML;
}

/** A caption without words goes; the picture it was for stays. */
function dropEmpty(caption: Element): void {
  if (caption.textContent?.trim()) return;
  const figure = caption.parentElement;
  caption.remove();
  if (figure?.nodeName === 'FIGURE') figure.replaceWith(...figure.childNodes);
}
