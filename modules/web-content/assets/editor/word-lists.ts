/** The name under which pasted HTML keeps the text of a `style` attribute. */
export const styleName = 'data-pasted-style';

export const styleOf = (element: Element): string => element.getAttribute(styleName) ?? '';

/** A paragraph that Word shows as an item of a list. */
interface Item {
  readonly paragraph: Element;
  /** 1 is the outermost. */
  readonly level: number;
  readonly list: string;
  readonly ordered: boolean;
  /** The number before the item, where it has one. */
  readonly number: number | undefined;
}

/**
 * Word sends lists as paragraphs whose style says `mso-list: l0 level2 lfo1`, with bullet or number as text. They become lists again, as deep as
 * they were.
 */
export function arrangeWordLists(root: Element): void {
  rewriteOnlineLists(root);
  const paragraphs = [...root.querySelectorAll('p, h1, h2, h3, h4, h5, h6, div')].filter((element) => levelOf(element));
  const done = new Set<Element>();
  for (const first of paragraphs) {
    if (done.has(first)) continue;
    const run = [first];
    for (let next = first.nextElementSibling; next && levelOf(next); next = next.nextElementSibling) run.push(next);
    for (const paragraph of run) done.add(paragraph);
    const items = run.map(itemOf);
    const place = first.ownerDocument.createComment('');
    first.before(place);
    for (const list of listsOf(items)) place.before(list);
    place.remove();
  }
}

/** Word in a browser sends every item as a list of its own that says how deep it is: they become what Word on a computer sends. */
function rewriteOnlineLists(root: Element): void {
  for (const item of root.querySelectorAll('li[data-aria-level]')) {
    const list = item.parentElement;
    const box = list?.closest('.ListContainerWrapper') ?? list;
    if (!list || !box) continue;
    const paragraph = root.ownerDocument.createElement('p');
    const marks = { list: item.getAttribute('data-listid') ?? '', level: item.getAttribute('data-aria-level') };
    paragraph.setAttribute(styleName, `mso-list: l${Number.parseInt(marks.list, 10) || 0} level${marks.level} lfo1`);
    const sign = root.ownerDocument.createElement('span');
    sign.setAttribute(styleName, 'mso-list: ignore');
    const before = [...list.children].filter((other) => other.compareDocumentPosition(item) & Node.DOCUMENT_POSITION_FOLLOWING);
    sign.textContent = list.tagName === 'OL' ? `${Number(list.getAttribute('start') ?? 1) + before.length}.` : '·';
    paragraph.append(sign, ...[...item.children].flatMap((child) => [...child.childNodes]));
    box.before(paragraph);
  }
  for (const box of root.querySelectorAll('.ListContainerWrapper, ul, ol')) {
    if (box.querySelector('li[data-aria-level]')) box.remove();
  }
}

const levelOf = (element: Element): RegExpExecArray | null => /mso-list:\s*(l\d+)\s+level(\d+)/i.exec(styleOf(element));

function itemOf(paragraph: Element): Item {
  const [, list = '', level = '1'] = levelOf(paragraph) ?? [];
  const marker = [...paragraph.querySelectorAll('*')].find((element) => /mso-list:\s*ignore/i.test(styleOf(element)));
  const sign = (marker?.textContent ?? '').replace(/\u00a0/g, ' ').trim();
  marker?.remove();
  const number = /^\(?(\d+)[.)]/.exec(sign)?.[1];
  const ordered = number !== undefined || /^\(?(?:[a-z]{1,2}|[ivxlcdm]+)[.)]/i.test(sign);
  return { paragraph, level: Number(level), list, ordered, number: number === undefined ? undefined : Number(number) };
}

function listsOf(items: readonly Item[]): readonly Element[] {
  const outermost: Element[] = [];
  const open: { readonly level: number; readonly list: string; readonly element: Element }[] = [];
  for (const item of items) {
    while (open.length > 0 && (open.at(-1)?.level ?? 0) > item.level) open.pop();
    const current = open.at(-1);
    const tag = item.ordered ? 'OL' : 'UL';
    if (current?.level === item.level && (current.element.tagName !== tag || current.list !== item.list)) open.pop();
    if (open.at(-1)?.level !== item.level) {
      const element = item.paragraph.ownerDocument.createElement(tag);
      if (item.number !== undefined && item.number !== 1) element.setAttribute('start', String(item.number));
      const parent = open.at(-1)?.element.lastElementChild;
      if (parent) parent.append(element);
      else outermost.push(element);
      open.push({ level: item.level, list: item.list, element });
    }
    const entry = item.paragraph.ownerDocument.createElement('li');
    entry.append(item.paragraph);
    open.at(-1)?.element.append(entry);
  }
  return outermost;
}
