import type { IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import type { BusboyFileStream, BusboyInstance } from '@fastify/busboy';
import { invalidInput, type MultipartLimits, type MultipartPart, PortalError } from '../api/index.js';
import { bodyAborted, bodyTooSlow, mediaType, tooLarge } from './body.js';
import type { HttpLimits } from './http-config.js';

const maxNameLength = 200;
/** Loaded with the first upload, not with every start. */
const require = createRequire(import.meta.url);
const busboy = (): typeof import('@fastify/busboy') => require('@fastify/busboy');

/** Browsers write three characters of a file's name as escapes, and no per cent sign: what else looks like an escape is the name itself. */
const browserEscapes: Readonly<Record<string, string>> = { '%22': '"', '%0D': '\r', '%0A': '\n' };
const unescaped = (fileName: string): string => fileName.replace(/%(?:22|0D|0A)/g, (code) => browserEscapes[code] ?? code);

const tooMany = (what: string, count: number): PortalError =>
  new PortalError('too-many-parts', `Send ${count} ${what} at most.`, { status: 413 });

/**
 * The parts of a multipart body, one after the other, as they arrive. Nothing is kept in memory but fields and what a consumer has not
 * read yet. Whatever breaks the body (limits, a client that leaves) ends the iteration and the open file with the same PortalError.
 */
export class MultipartReader implements AsyncIterableIterator<MultipartPart> {
  private readonly queue: MultipartPart[] = [];
  private readonly parser: BusboyInstance;
  private readonly open = new Set<Readable>();
  private current: Readable | undefined;
  private wake: (() => void) | undefined;
  private failure: PortalError | undefined;
  private ended = false;
  private token: string | undefined;
  private fileSeen = false;

  constructor(
    private readonly request: IncomingMessage,
    private readonly declared: MultipartLimits,
    private readonly limits: HttpLimits,
  ) {
    if (mediaType(request) !== 'multipart/form-data') {
      throw new PortalError('unsupported-type', 'Send a form with files (multipart/form-data).', { status: 415 });
    }
    this.parser = this.createParser();
    request.setTimeout(limits.bodyIdleMillis, this.onIdle);
    request.on('close', this.onClose).on('error', this.onClose);
    request.pipe(this.parser);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<MultipartPart>> {
    // A file nobody reads would hold up all that comes after it.
    this.current?.resume();
    this.current = undefined;
    while (this.queue.length === 0 && !this.failure && !this.ended) await this.change();
    if (this.failure) throw this.failure;
    const part = this.queue.shift();
    if (!part) return { done: true, value: undefined };
    if (part.kind === 'file') this.current = part.content;
    return { done: false, value: part };
  }

  /** The loop over the parts was left: what is open ends, the rest of the body is nobody's. */
  return(): Promise<IteratorResult<MultipartPart>> {
    this.stop();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** The value of the field `csrf` when it comes before the first file; parts that come earlier wait in the queue. */
  async leadingToken(): Promise<string | undefined> {
    while (this.token === undefined && !this.fileSeen && !this.failure && !this.ended) await this.change();
    if (this.failure) throw this.failure;
    return this.token;
  }

  /** Takes the hands off the request; safe to call at any time, more than once. */
  stop(): void {
    if (!this.ended && !this.failure) this.fail(bodyAborted());
  }

  private createParser(): BusboyInstance {
    const { declared, limits } = this;
    let parser: BusboyInstance;
    try {
      parser = new (busboy().Busboy)({
        headers: this.request.headers as { 'content-type': string },
        limits: {
          files: declared.maxFiles,
          fileSize: declared.maxFileBytes,
          fields: limits.partFields,
          fieldSize: limits.partFieldBytes,
          headerPairs: limits.partHeaderPairs,
          headerSize: 16 * 1024,
        },
      });
    } catch (cause) {
      throw new PortalError('bad-request', 'The form with files has no boundary.', { status: 400, cause });
    }
    parser.on('file', (name, file, fileName, _encoding, mimeType) => this.onFile(name, file, fileName, mimeType));
    parser.on('field', (name, value, _nameTruncated, valueTruncated) => this.onField(name, value, valueTruncated));
    parser.on('filesLimit', () => this.fail(tooMany('files', declared.maxFiles)));
    parser.on('fieldsLimit', () => this.fail(tooMany('fields', limits.partFields)));
    parser.on('error', (cause) =>
      this.fail(new PortalError('bad-request', 'The form with files is not well-formed.', { status: 400, cause })),
    );
    parser.on('finish', () => this.finish());
    return parser;
  }

  private onField(name: string | undefined, value: string, truncated: boolean): void {
    if (truncated) this.fail(tooLarge('A field', this.limits.partFieldBytes));
    else if (name === 'csrf') this.onToken(value);
    else if (this.acceptsName(name)) this.push({ kind: 'field', name, value });
  }

  /** The host's own field; handlers never see it. */
  private onToken(value: string): void {
    if (!this.fileSeen) this.token ??= value;
    this.notify();
  }

  private onFile(name: string | undefined, file: BusboyFileStream, fileName: string | undefined, mimeType: string): void {
    this.fileSeen = true;
    // The parser only goes on while somebody reads its stream, so readers get one of our own, and it is always read.
    const content = new Readable({ read: () => void file.resume() });
    content
      .on('error', () => undefined)
      .once('close', () => {
        this.open.delete(content);
        file.resume();
      });
    this.open.add(content);
    file.on('data', (chunk: Buffer) => {
      if (!content.destroyed && !content.push(chunk)) file.pause();
    });
    file.on('limit', () => this.fail(tooLarge('The file', this.declared.maxFileBytes)));
    file.on('error', () => this.fail(bodyAborted()));
    file.on('end', () => {
      if (!content.destroyed) content.push(null);
    });
    if (this.failure) content.destroy(this.failure);
    else if (this.acceptsName(name)) this.push({ kind: 'file', name, fileName: unescaped(fileName ?? ''), mimeType, content });
  }

  private acceptsName(name: string | undefined): name is string {
    if (name !== undefined && name.length <= maxNameLength) return true;
    this.fail(invalidInput({}, 'A part of the form has no name, or one that is too long.'));
    return false;
  }

  private push(part: MultipartPart): void {
    if (this.failure) return;
    this.queue.push(part);
    this.notify();
  }

  private finish(): void {
    this.ended = true;
    this.release();
    this.notify();
  }

  private fail(error: PortalError): void {
    if (this.failure || this.ended) return;
    this.failure = error;
    this.release();
    this.request.unpipe(this.parser);
    this.queue.length = 0;
    for (const content of this.open) content.destroy(error);
    this.notify();
  }

  private release(): void {
    this.request.off('timeout', this.onIdle).off('close', this.onClose);
    if (!this.request.socket.destroyed) this.request.socket.setTimeout(this.limits.connectionIdleMillis);
  }

  private change(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  private notify(): void {
    this.wake?.();
    this.wake = undefined;
  }

  private readonly onIdle = (): void => this.fail(bodyTooSlow());

  private readonly onClose = (): void => {
    if (!this.request.complete) this.fail(bodyAborted());
  };
}
