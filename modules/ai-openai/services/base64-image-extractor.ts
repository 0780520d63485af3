import { looksLikePicture, ProviderError } from '@portico/ai-providers/api';

/** Text of an answer that is longer is an image: nothing else in it is. */
const textBytes = 64 * 1024;
/** Bytes of an answer without its images; also of a stream of events. */
const restBytes = 1024 * 1024;
const signatureBytes = 16;
/** Characters of a text that broke off, from which on it is worth looking at as an image. */
const leastBegun = 1024;
/** Memory for the first image of an answer. */
const firstBytes = 1024 * 1024;
/** Characters in the place of an image that do not begin like one: they are kept for who paid for them, but the rest is not worth reading. */
const junkBytes = 8 * 1024 * 1024;
const quote = 0x22;
const backslash = 0x5c;

const bad = (message: string): ProviderError => new ProviderError('invalid-response', message, { maybeCharged: true });
const notPicture = (): ProviderError => bad('The answer holds something that is not a png, jpeg or webp image.');

/**
 * Takes the images out of a JSON answer while it arrives, so that no text of many megabytes is ever put together and parsed: that would hold
 * up everybody else, and need the memory three times. It remembers what had come of an answer that breaks off.
 */
export class Base64ImageExtractor {
  private readonly images = new Map<string, Buffer>();
  private readonly prefix = `image:${crypto.randomUUID()}:`;
  private readonly rest: Buffer[] = [];
  private readonly scanner = new Scanner((image) => this.keep(image));

  /** The answer with a short name in the place of each image. @throws ProviderError `invalid-response` for too much of anything else. */
  async *from(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
    let rest = 0;
    for await (const piece of pieces) {
      const left = this.scanner.scan(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
      rest += left.length;
      this.rest.push(left);
      if (rest > restBytes) throw bad(`The answer has more than ${restBytes} bytes beside its images.`);
      yield left;
    }
  }

  /** What came of the answer so far, as `from` handed it on. */
  get text(): string {
    return Buffer.concat(this.rest).toString();
  }

  /** The image that had begun to come when the answer ended, as far as it came; empty when it ended between two. */
  get begun(): readonly Buffer[] {
    const bytes = this.scanner.begun();
    return bytes ? [bytes] : [];
  }

  /** The bytes that a text of the answer stands for, whatever they are: also what is no base64 was sent in the place of an image. */
  of(text: string): Buffer {
    const image = this.images.get(text);
    if (image) return image;
    const plain = withoutDataPrefix(text);
    return base64.test(plain) ? Buffer.from(plain, 'base64') : Buffer.from(plain);
  }

  private keep(image: Buffer): string {
    const name = `${this.prefix}${this.images.size}`;
    this.images.set(name, image);
    return name;
  }
}

/** Also in the alphabet of addresses, and with its lines broken. */
const base64 = /^[\w+/=\s-]*$/;
const withoutDataPrefix = (text: string): string => text.replace(/^\s*data:[^,]{0,200},/i, '');

/** Follows the strings of a JSON text through its pieces, wherever they are cut. */
class Scanner {
  private inString = false;
  private isEscaped = false;
  private held: Buffer[] = [];
  private heldBytes = 0;
  private image: Base64Image | undefined;
  private readonly scratch = new GrowingBytes();

  constructor(private readonly keep: (image: Buffer) => string) {}

  /** What came so far of the image in which the text ended; undefined for none. */
  begun(): Buffer | undefined {
    if (this.image) return this.image.finish();
    if (this.heldBytes < leastBegun) return undefined;
    const image = new Base64Image(this.scratch);
    for (const held of this.held) image.add(held);
    const bytes = image.finish();
    return looksLikePicture(bytes) ? bytes : undefined;
  }

  scan(piece: Buffer): Buffer {
    const rest: Buffer[] = [];
    const next = { quote: -1, backslash: -1 };
    /** Where begins what is not handed on yet, and where the string that is read begins. */
    let from = 0;
    let start = 0;
    for (let at = 0; ; ) {
      if (!this.inString) {
        const found = piece.indexOf(quote, at);
        if (found < 0) break;
        this.inString = true;
        start = found + 1;
        at = start;
      }
      const end = this.endOfString(piece, at, next);
      const part = piece.subarray(start, end < 0 ? piece.length : end);
      if (this.image || end < 0 || this.heldBytes + part.length > textBytes) {
        rest.push(piece.subarray(from, start));
        this.hold(part);
        from = start + part.length;
      }
      if (end < 0) break;
      if (this.held.length > 0 || this.image) rest.push(...this.finish());
      this.inString = false;
      at = end + 1;
    }
    rest.push(piece.subarray(from));
    return Buffer.concat(rest);
  }

  /** Where the string ends, or -1. Each kind of character is looked for once per piece, however many strings it has. */
  private endOfString(piece: Buffer, from: number, next: { quote: number; backslash: number }): number {
    let at = from;
    for (;;) {
      if (this.isEscaped) {
        if (at >= piece.length) return -1;
        this.isEscaped = false;
        at += 1;
      }
      if (next.quote < at) next.quote = endless(piece.indexOf(quote, at));
      if (next.backslash < at) next.backslash = endless(piece.indexOf(backslash, at));
      if (next.quote < next.backslash) return next.quote;
      if (next.backslash === Number.POSITIVE_INFINITY) return -1;
      this.isEscaped = true;
      at = next.backslash + 1;
    }
  }

  private hold(part: Buffer): void {
    if (this.image) {
      this.image.add(part);
      return;
    }
    this.held.push(part);
    this.heldBytes += part.length;
    if (this.heldBytes <= textBytes) return;
    this.image = new Base64Image(this.scratch);
    for (const held of this.held.splice(0)) this.image.add(held);
  }

  private finish(): readonly Buffer[] {
    const text = this.image ? [Buffer.from(this.keep(this.image.finish()))] : this.held;
    this.image = undefined;
    this.held = [];
    this.heldBytes = 0;
    return text;
  }
}

const endless = (index: number): number => (index < 0 ? Number.POSITIVE_INFINITY : index);

/** An escape whose end has not come. */
const openEscape = /\\(?:u[0-9a-f]{0,3})?$/i;
/** Where the prefix of a data address ends, at the latest. */
const prefixLetters = 256;

/** Base64 that is decoded as it comes. A data address may stand before it; its signs and line breaks may be escaped, as some servers do. */
class Base64Image {
  private left = '';
  private isBegun = false;
  private isPicture = true;
  private isSeen = false;
  private junk = 0;

  constructor(private readonly bytes: GrowingBytes) {
    bytes.clear();
  }

  add(part: Buffer): void {
    this.junk += part.length;
    if (!this.isPicture && this.junk > junkBytes) throw notPicture();
    const text = this.left + part.toString('latin1');
    if (!this.isBegun && text.length < prefixLetters) {
      this.left = text;
      return;
    }
    const whole = text.replace(openEscape, '');
    const clean = this.unescaped(whole);
    const length = clean.length - (clean.length % 4);
    this.left = clean.slice(length) + text.slice(whole.length);
    this.bytes.addBase64(clean.slice(0, length));
    if (this.isSeen || this.bytes.size < signatureBytes) return;
    this.isSeen = true;
    this.isPicture = looksLikePicture(this.bytes.view());
  }

  finish(): Buffer {
    this.bytes.addBase64(this.unescaped(this.left));
    return Buffer.from(this.bytes.view());
  }

  private unescaped(text: string): string {
    const clean = text.includes('\\')
      ? text
          .replace(/\\[nrt]/g, '')
          .replace(/\\u00([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
          .replaceAll('\\/', '/')
      : text;
    if (this.isBegun) return clean;
    this.isBegun = true;
    return withoutDataPrefix(clean);
  }
}

/** One piece of memory for image after image. New memory for every piece would call the garbage collector several times per answer. */
class GrowingBytes {
  size = 0;
  private memory = Buffer.alloc(0);

  addBase64(text: string): void {
    const needed = this.size + text.length;
    if (needed > this.memory.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(2 * needed, firstBytes));
      this.memory.copy(larger, 0, 0, this.size);
      this.memory = larger;
    }
    this.size += this.memory.write(text, this.size, 'base64');
  }

  clear(): void {
    this.size = 0;
  }

  /** What was added since it was cleared, without a copy. */
  view(): Buffer {
    return this.memory.subarray(0, this.size);
  }
}
