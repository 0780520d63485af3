/** What makes a text more than an article, found before anybody parses it. */
export type HtmlExcess = 'depth' | 'elements' | 'attributes';

/** Elements within each other. Browsers give up at 512; what people write, tables in lists in quotations, stays below 30. */
export const deepestNesting = 200;
/** A table of two thousand cells has about four thousand. */
export const mostElements = 30_000;
export const mostAttributes = 100;

const voids = new Set(['area', 'base', 'br', 'col', 'embed', 'hr', 'img', 'input', 'link', 'meta', 'source', 'track', 'wbr']);
const cells = ['td', 'th', 'p'];
const rows = [...cells, 'tr'];
/** What an opening tag closes, where it was left open: HTML may leave out these ends. */
const closedBy: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    p: ['p'],
    li: ['p', 'li'],
    dt: ['p', 'dt', 'dd'],
    dd: ['p', 'dt', 'dd'],
    td: cells,
    th: cells,
    tr: rows,
    thead: [...rows, 'thead', 'tbody', 'tfoot'],
    tbody: [...rows, 'thead', 'tbody', 'tfoot'],
    tfoot: [...rows, 'thead', 'tbody', 'tfoot'],
    ...Object.fromEntries(
      ['ul', 'ol', 'dl', 'table', 'blockquote', 'pre', 'figure', 'hr', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'div'].map((block) => [
        block,
        ['p'],
      ]),
    ),
  }).map(([tag, ends]) => [tag, new Set(ends)]),
);

/**
 * Whether a text has more elements, or deeper ones, than a parser can be given: one look at each character, whatever it is. A parser and the
 * tree it makes take longer than that for some texts, by the square of their length (100,000 times `<b>` is 300 kB). It counts also what
 * stands in comments, and follows the ends that HTML lets people leave out; it is no parser, and what passes is still parsed apart and
 * within a time limit.
 */
export function htmlExcess(html: string): HtmlExcess | undefined {
  const open: string[] = [];
  let elements = 0;
  for (let at = html.indexOf('<'); at >= 0; at = html.indexOf('<', at)) {
    at += 1;
    const isEnd = html[at] === '/';
    if (isEnd) at += 1;
    if (!isLetter(html.charCodeAt(at))) continue;
    const start = at;
    while (at < html.length && !endsName(html.charCodeAt(at))) at += 1;
    const name = html.slice(start, Math.min(at, start + 32)).toLowerCase();
    const { end, attributes } = restOfTag(html, at);
    at = end;
    if (attributes > mostAttributes) return 'attributes';
    if (isEnd) {
      const opened = open.lastIndexOf(name);
      if (opened >= 0) open.length = opened;
      continue;
    }
    elements += 1;
    if (elements > mostElements) return 'elements';
    if (voids.has(name)) continue;
    const ends = closedBy.get(name);
    while (ends?.has(open.at(-1) ?? '')) open.pop();
    open.push(name);
    if (open.length > deepestNesting) return 'depth';
  }
  return undefined;
}

/** Where a tag ends, and how many attributes it has. A quotation mark only counts behind `=`, as in a browser. */
function restOfTag(html: string, from: number): { readonly end: number; readonly attributes: number } {
  let attributes = 0;
  let isInside = false;
  let at = from;
  for (; at < html.length; at += 1) {
    const code = html.charCodeAt(at);
    if (code === greater) return { end: at + 1, attributes };
    if (code === equals && isInside) {
      at = endOfValue(html, at + 1) - 1;
      isInside = false;
    } else if (isSpace(code) || code === slash) {
      // `name = value` is one attribute, which counts a second time: that refuses nobody.
      isInside = false;
    } else if (!isInside) {
      isInside = true;
      attributes += 1;
    }
  }
  return { end: at, attributes };
}

function endOfValue(html: string, from: number): number {
  let at = from;
  while (isSpace(html.charCodeAt(at))) at += 1;
  const quote = html[at];
  if (quote === '"' || quote === "'") {
    const end = html.indexOf(quote, at + 1);
    return end < 0 ? html.length : end + 1;
  }
  while (at < html.length && !isSpace(html.charCodeAt(at)) && html.charCodeAt(at) !== greater) at += 1;
  return at;
}

const greater = 62;
const equals = 61;
const slash = 47;
const isLetter = (code: number): boolean => (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);
const endsName = (code: number): boolean => isSpace(code) || code === slash || code === greater;
