import { looksLikePicture, ProviderError } from '@portico/ai-providers/api';

/** Text of an answer that is longer is an image: nothing else in it is. */
const textBytes = 64 * 1024;
/** Bytes of an answer without its images; also of a stream of events. */
const restBytes = 1024 * 1024;
const signatureBytes = 16;
/** Memory for the first image of an answer. */
const firstBytes = 1024 * 1024;
/** Characters in the place of an image that are not one; then the rest is not worth reading. */
const junkBytes = 8 * 1024 * 1024;
const quote = 0x22;
const backslash = 0x5c;

const bad = (message: string): ProviderError => new ProviderError('bad-answer', message, { maybeCharged: true });
const notPicture = (): ProviderError => bad('The answer holds something that is not a png, jpeg or webp image.');

/**
 * Takes the images out of a JSON answer while it arrives, so that no text of many megabytes is ever put together and parsed: that would hold
 * up everybody else, and need the memory three times. What is no picture by its first bytes is not even kept.
 */
export class Base64ImageExtractor {
  private readonly images = new Map<string, Buffer | undefined>();
  private readonly prefix = `image:${crypto.randomUUID()}:`;

  /** The answer with a short name in the place of each image. @throws ProviderError `bad-answer` for too much of anything else. */
  async *from(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
    const scanner = new Scanner((image) => this.keep(image));
    let rest = 0;
    for await (const piece of pieces) {
      const left = scanner.scan(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
      rest += left.length;
      if (rest > restBytes) throw bad(`The answer has more than ${restBytes} bytes beside its images.`);
      yield left;
    }
  }

  /** The bytes that a text of the answer stands for. @throws ProviderError `bad-answer` for what is no picture. */
  of(text: string): Buffer {
    if (!text.startsWith(this.prefix)) return Buffer.from(text, 'base64');
    const image = this.images.get(text);
    if (!image) throw notPicture();
    return image;
  }

  private keep(image: Buffer | undefined): string {
    const name = `${this.prefix}${this.images.size}`;
    this.images.set(name, image);
    return name;
  }
}

/** Follows the strings of a JSON text through its pieces, wherever they are cut. */
class Scanner {
  private inString = false;
  private isEscaped = false;
  private held: Buffer[] = [];
  private heldBytes = 0;
  private image: Base64Image | undefined;
  private readonly scratch = new GrowingBytes();

  constructor(private readonly keep: (image: Buffer | undefined) => string) {}

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

/** Base64 that is decoded as it comes; slashes and line breaks may be escaped, as some servers do. */
class Base64Image {
  private left = '';
  private isPicture = true;
  private isSeen = false;
  private junk = 0;

  constructor(private readonly bytes: GrowingBytes) {
    bytes.clear();
  }

  add(part: Buffer): void {
    if (!this.isPicture) {
      this.junk += part.length;
      if (this.junk > junkBytes) throw notPicture();
      return;
    }
    const text = this.left + part.toString('latin1');
    const whole = text.endsWith('\\') ? text.slice(0, -1) : text;
    const clean = whole.includes('\\') ? whole.replace(/\\[nr]/g, '').replaceAll('\\/', '/') : whole;
    const length = clean.length - (clean.length % 4);
    this.left = clean.slice(length) + text.slice(whole.length);
    this.bytes.addBase64(clean.slice(0, length));
    if (this.isSeen || this.bytes.size < signatureBytes) return;
    this.isSeen = true;
    this.isPicture = looksLikePicture(this.bytes.view());
  }

  /** Undefined for what is no picture. */
  finish(): Buffer | undefined {
    if (!this.isPicture) return undefined;
    this.bytes.addBase64(this.left);
    return Buffer.from(this.bytes.view());
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
