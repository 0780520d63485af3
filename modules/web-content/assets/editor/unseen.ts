import { declarationsOf } from './pasted-styles.js';
import { styleOf } from './word-lists.js';

/** What an article cannot hold, and whoever pasted it is told. */
export const things = new Set('IFRAME FRAME VIDEO AUDIO OBJECT EMBED CANVAS SVG MATH'.split(' '));
/** What nobody saw as words. */
const unseen = new Set(
  'SCRIPT STYLE META LINK TITLE TEMPLATE NOSCRIPT COL COLGROUP SELECT INPUT BUTTON TEXTAREA O:P XML'.split(' '),
);

const noteAddress = /^#_?(?:ftn|edn|ftnt|endnote|sdfootnote|sdendnote)/i;

/** Comments, as Word (`msocomtxt`, `mso-element:comment`), its pages and Google Docs (`#cmnt1`) write them. */
const comments = [
  '.MsoCommentReference',
  '.MsoCommentText',
  '.msocomtxt',
  '.msocomanchor',
  '.msocomoff',
  'a[href*="#_msocom"]',
  'a[href*="#_msoanchor"]',
  'a[href*="#cmnt"]',
  ':is(div, li):has(> p:first-child > a[href*="#cmnt_ref"])',
].join(', ');

/** Deleted while changes were tracked. A `del` that says when is one; without, it is a text that its author struck out. */
const deletions = '.msoDel, del[datetime], .TrackChangeTextDeletion';
const insertions = '.msoIns, ins[datetime], .TrackChangeTextInsertion';
const commentElement = /mso-element:\s*comment/i;

/** What people wrote about a text, or took out of it, and never meant for its readers. */
export function isRemark(element: Element): boolean {
  return element.matches(comments) || element.matches(deletions) || commentElement.test(styleOf(element));
}

/** Inserted while changes were tracked: it is as the text around it, the line below it is about the change. */
export function isInserted(element: Element): boolean {
  return element.matches(insertions);
}

/** What was not to be seen where it was copied: fields, marks of programs, the text of a spacer. */
export function isHidden(element: Element): boolean {
  if (unseen.has(element.tagName.toUpperCase())) return true;
  const style = declarationsOf(styleOf(element));
  const isEnd = element.matches('.EOP, br.Apple-interchange-newline') && element.textContent?.trim() === '';
  return isEnd || style.get('display') === 'none' || style.get('mso-hide') === 'all';
}

/** Between a note and its number: both stand there, and nothing is lost without the jump. */
export const isJump = (address: string): boolean => noteAddress.test(address);
