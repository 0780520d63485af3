import { injectable } from '@portico/core';
import type { DOMPurify } from 'dompurify';

const allowedTags = [
  ...['p', 'br', 'hr', 'h1', 'h2', 'h3', 'h4', 'strong', 'b', 'em', 'i', 'u', 's', 'code', 'pre', 'blockquote'],
  ...['ul', 'ol', 'li', 'a', 'img', 'figure', 'figcaption'],
];
const allowedAttributes = ['href', 'src', 'alt', 'title', 'start', 'data-document-id'];
/** https, mailto, or an address of this portal; `//host` and `/\host` lead elsewhere and are dropped. */
const allowedAddresses = /^(?:https:\/\/|mailto:|\/(?![/\\])|#)/i;

/**
 * Cleans what came from an editor, on the server, with a real HTML parser: only the tags of an article, no svg, no math,
 * no scripts, no styles, links to https, mailto or this portal.
 */
@injectable()
export class HtmlCleaner {
  private purify: Promise<DOMPurify> | undefined;

  async clean(html: string): Promise<string> {
    this.purify ??= loadPurify();
    const purify = await this.purify;
    return purify.sanitize(html, {
      ALLOWED_TAGS: allowedTags,
      ALLOWED_ATTR: allowedAttributes,
      ALLOWED_URI_REGEXP: allowedAddresses,
      ALLOW_DATA_ATTR: false,
      ALLOW_ARIA_ATTR: false,
    });
  }
}

/** The parser is large, so it is loaded when the first article is saved, not when the house starts. */
async function loadPurify(): Promise<DOMPurify> {
  const [{ JSDOM }, { default: createDOMPurify }] = await Promise.all([import('jsdom'), import('dompurify')]);
  const purify = createDOMPurify(new JSDOM('').window);
  purify.addHook('afterSanitizeAttributes', (node) => {
    if (node.nodeName === 'A' && node.getAttribute('href')?.startsWith('https:')) node.setAttribute('rel', 'noopener noreferrer');
  });
  return purify;
}
