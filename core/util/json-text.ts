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

/**
 * Reads strict JSON and remembers positions: `JSON.parse` names none for several of its errors, and a person who edits a file
 * needs the line. A key that stands twice in one object is an error, because one of the two is silently lost otherwise.
 * @throws JsonTextError
 */
export function readJsonText(text: string): JsonText {
  return new JsonReader(text.startsWith('\uFEFF') ? text.slice(1) : text).read();
}

const keyOf = (path: readonly PropertyKey[]): string => JSON.stringify(path.map(String));

class JsonReader {
  private at = 0;
  private readonly path: string[] = [];
  private readonly offsets = new Map<string, number>();

  constructor(private readonly text: string) {}

  read(): JsonText {
    this.skipSpace();
    this.remember(this.at);
    const value = this.value();
    this.skipSpace();
    if (this.at < this.text.length) this.fail('Nothing may follow the end of the content');
    return { value, positionOf: (path) => this.position(this.offsetOf(path)) };
  }

  private value(): unknown {
    const start = this.text[this.at];
    if (start === '{') return this.object();
    if (start === '[') return this.array();
    if (start === '"') return this.string();
    const word = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/.exec(
      this.text.slice(this.at, this.at + 400),
    );
    if (!word)
      this.fail(this.at >= this.text.length ? 'The content ends too early; a value is missing' : 'A value is expected here');
    this.at += word[0].length;
    return JSON.parse(word[0]);
  }

  private object(): Record<string, unknown> {
    const entries = new Map<string, unknown>();
    this.list('}', () => {
      const start = this.at;
      if (this.text[this.at] !== '"') this.fail('A name in double quotes is expected here');
      const name = this.string();
      if (entries.has(name)) this.fail(`"${name}" stands here a second time`, start);
      this.skipSpace();
      if (this.text[this.at] !== ':') this.fail('A colon is expected here');
      this.at += 1;
      this.skipSpace();
      entries.set(name, this.child(name, start));
    });
    return Object.fromEntries(entries);
  }

  private array(): unknown[] {
    const items: unknown[] = [];
    this.list(']', () => void items.push(this.child(String(items.length), this.at)));
    return items;
  }

  private list(end: '}' | ']', item: () => void): void {
    if (this.path.length > 60) this.fail('This is nested too deeply');
    this.at += 1;
    this.skipSpace();
    if (this.text[this.at] === end) {
      this.at += 1;
      return;
    }
    for (;;) {
      item();
      this.skipSpace();
      const next = this.text[this.at];
      if (next === undefined) this.fail(`The content ends too early; "${end}" is missing`);
      if (next !== ',' && next !== end) this.fail(`A comma or "${end}" is expected here`);
      this.at += 1;
      if (next === end) return;
      this.skipSpace();
      if (this.text[this.at] === end) this.fail('A comma must not stand before the end of a list');
    }
  }

  private child(name: string, offset: number): unknown {
    this.path.push(name);
    this.remember(offset);
    const value = this.value();
    this.path.pop();
    return value;
  }

  private string(): string {
    const start = this.at;
    for (this.at += 1; this.at < this.text.length; this.at += 1) {
      const character = this.text[this.at];
      if (character === '\\') this.at += 1;
      else if (character === '\n') break;
      else if (character === '"') {
        this.at += 1;
        try {
          return JSON.parse(this.text.slice(start, this.at)) as string;
        } catch {
          this.fail('This text holds a character or an escape that JSON does not allow', start);
        }
      }
    }
    return this.fail('This text has no closing quote', start);
  }

  private skipSpace(): void {
    while (/[ \t\r\n]/.test(this.text[this.at] ?? '')) this.at += 1;
  }

  private remember(offset: number): void {
    this.offsets.set(keyOf(this.path), offset);
  }

  private offsetOf(path: readonly PropertyKey[]): number {
    for (let length = path.length; length > 0; length -= 1) {
      const offset = this.offsets.get(keyOf(path.slice(0, length)));
      if (offset !== undefined) return offset;
    }
    return this.offsets.get(keyOf([])) ?? 0;
  }

  private position(offset: number): TextPosition {
    const before = this.text.slice(0, offset);
    return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
  }

  private fail(message: string, offset = this.at): never {
    throw new JsonTextError(message, this.position(offset));
  }
}
