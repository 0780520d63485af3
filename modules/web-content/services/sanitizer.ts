import createDOMPurify from 'dompurify';
import { JSDOM } from 'jsdom';

const allowedTags = [
  ...['p', 'br', 'hr', 'h1', 'h2', 'h3', 'h4', 'strong', 'b', 'em', 'i', 'u', 's', 'code', 'pre', 'blockquote'],
  ...['ul', 'ol', 'li', 'a', 'img', 'figure', 'figcaption'],
];
const allowedAttributes = ['href', 'src', 'alt', 'title', 'start'];
/** https, mailto, or an address of this portal; `//host` and `/\host` lead elsewhere and are dropped. */
const allowedAddresses = /^(?:https:\/\/|mailto:|\/(?![/\\])|#)/i;

const purify = createDOMPurify(new JSDOM('').window);

// DOMPurify lets data: through for images whatever its address rule says, so addresses are checked here once more.
purify.addHook('uponSanitizeAttribute', (_node, attribute) => {
  if (['href', 'src'].includes(attribute.attrName)) attribute.keepAttr = allowedAddresses.test(attribute.attrValue.trim());
});
purify.addHook('afterSanitizeAttributes', (node) => {
  if (node.nodeName === 'A' && node.getAttribute('href')?.startsWith('https:')) node.setAttribute('rel', 'noopener noreferrer');
});

/** Leaves only the tags of an article: no svg, no math, no scripts, no styles; links to https, mailto or this portal. */
export function sanitize(html: string): string {
  return purify.sanitize(html, {
    ALLOWED_TAGS: allowedTags,
    ALLOWED_ATTR: allowedAttributes,
    ALLOWED_URI_REGEXP: allowedAddresses,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
  });
}
