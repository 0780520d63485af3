import { createScanner, type Node, type ParseError, parseTree } from '../libraries/data.js';

/** A place in a text, both counted from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** What is wrong with a JSON text, and where. */
export class JsonTextError extends Error {
  constructor(
    message: string,
    readonly position: TextPosition,
  ) {
    super(message);
    this.name = 'JsonTextError';
  }
}

/** A JSON text that knows where each of its values stands. */
export interface JsonText {
  readonly value: unknown;
  /** Where a key or an element begins; the nearest known parent when the path leads nowhere. */
  positionOf(path: readonly PropertyKey[]): TextPosition;
}

const options = { allowTrailingComma: true };
const deepest = 60;

/**
 * Reads JSON as people write it, with comments and trailing commas, and remembers positions: a person who edits a file needs the line.
 * A key that stands twice in one object is an error, because one of the two is silently lost otherwise.
 * @throws JsonTextError
 */
export function readJsonText(text: string): JsonText {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const fail = (message: string, offset: number): never => {
    throw new JsonTextError(message, positionIn(source, offset));
  };
  const deep = tooDeepAt(source);
  if (deep !== undefined) fail('This is nested too deeply', deep);
  const errors: ParseError[] = [];
  const root = parseTree(source, errors, options);
  const [error] = errors;
  if (error) fail(sentenceOf(error, source, root), error.offset);
  if (!root) return fail('The content ends too early; a value is missing', source.length);
  const twice = repeatedKey(root);
  if (twice) fail(`"${twice.value}" stands here a second time`, twice.offset);
  return { value: plainValue(root), positionOf: (path) => positionIn(source, offsetOf(root, path)) };
}

function sentenceOf({ error, offset }: ParseError, source: string, root: Node | undefined): string {
  if (root && offset >= root.offset + root.length && (error === invalidSymbol || error === endExpected))
    return sentences[endExpected] ?? '';
  if (error === valueExpected && offset >= source.trimEnd().length) return 'The content ends too early; a value is missing';
  return sentences[error] ?? 'This is not JSON';
}
const [invalidSymbol, valueExpected, endExpected] = [1, 4, 9];

/** By the library's codes. */
const sentences: Readonly<Record<number, string>> = {
  1: 'A value or a name in double quotes is expected here',
  2: 'This number is not one that JSON knows',
  3: 'A name in double quotes is expected here',
  4: 'A value is expected here',
  5: 'A colon is expected here',
  6: 'A comma is expected here',
  7: 'A "}" is missing here',
  8: 'A "]" is missing here',
  9: 'Nothing may follow the end of the content',
  11: 'This comment has no end',
  12: 'This text has no closing quote',
  13: 'This number is not complete',
  14: 'This text holds a character or an escape that JSON does not allow',
  15: 'This text holds a character or an escape that JSON does not allow',
  16: 'This text holds a character or an escape that JSON does not allow',
};

/** Tokens are read one by one here: the parser goes into itself for each level, and a file of brackets would end the process. */
function tooDeepAt(text: string): number | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (let token = scanner.scan(); token !== endOfFile; token = scanner.scan()) {
    if (token === openBrace || token === openBracket) depth += 1;
    else if (token === closeBrace || token === closeBracket) depth -= 1;
    if (depth > deepest) return scanner.getTokenOffset();
  }
  return undefined;
}
const [openBrace, closeBrace, openBracket, closeBracket, endOfFile] = [1, 2, 3, 4, 17];

function repeatedKey(node: Node): Node | undefined {
  const seen = new Set<unknown>();
  for (const child of node.children ?? []) {
    const [key] = child.children ?? [];
    if (node.type === 'object' && key) {
      if (seen.has(key.value)) return key;
      seen.add(key.value);
    }
    const deeper = repeatedKey(child);
    if (deeper) return deeper;
  }
  return undefined;
}

/** The library's own loses a key that is called `__proto__`. */
function plainValue(node: Node): unknown {
  const children = node.children ?? [];
  if (node.type === 'array') return children.map(plainValue);
  if (node.type !== 'object') return node.value;
  return Object.fromEntries(children.map(({ children: [key, value] = [] }) => [key?.value, value && plainValue(value)]));
}

function offsetOf(root: Node, path: readonly PropertyKey[]): number {
  let node = root;
  let { offset } = root;
  for (const step of path) {
    const children: readonly Node[] = node.children ?? [];
    const found =
      node.type === 'array' ? children[Number(step)] : children.find(({ children: [key] = [] }) => key?.value === String(step));
    const value = found && (node.type === 'array' ? found : found.children?.[1]);
    if (!found || !value) break;
    ({ offset } = found);
    node = value;
  }
  return offset;
}

function positionIn(text: string, offset: number): TextPosition {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}
