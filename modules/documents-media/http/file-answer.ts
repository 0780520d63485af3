import type { RouteContext } from '@portico/core';
import { lettersOf, withPlainLetters } from '@portico/core/util';
import type { DocumentFiles, ServedFile } from '../services/document-files.js';

interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * Sends a stored file as data: its stored type, never sniffed, never run. What everybody sees private caches may keep and must ask for each time, so that
 * a permission that was taken away counts at once; asking costs no bytes. What not everybody sees nobody keeps.
 */
export async function sendFile(
  ctx: RouteContext<unknown, unknown, unknown>,
  files: DocumentFiles,
  file: ServedFile,
  disposition: 'attachment' | 'inline',
): Promise<void> {
  const etag = `"${file.sha256}"`;
  const { res } = ctx;
  res.setHeader('ETag', etag);
  res.setHeader('Last-Modified', new Date(file.modifiedAt).toUTCString());
  res.setHeader('Cache-Control', file.isPublic ? 'private, no-cache' : 'no-store');
  // Also where nothing has changed: a browser keeps the headers it got last.
  res.setHeader('Content-Security-Policy', "default-src 'none'; sandbox");
  ctx.status = 200;
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }
  ctx.attachment(file.name, { type: disposition, fallback: plainName(file.name) });
  ctx.set({
    'Accept-Ranges': 'bytes',
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Content-Type':
      file.charset && file.mimeType.startsWith('text/') ? `${file.mimeType}; charset=${file.charset}` : file.mimeType,
  });
  const range = ctx.method === 'GET' && mayRange(ctx, etag) ? parseRange(ctx.get('Range'), file.size) : undefined;
  if (range === 'unsatisfiable') {
    ctx.status = 416;
    ctx.remove('Content-Type');
    ctx.remove('Content-Disposition');
    ctx.set('Content-Range', `bytes */${file.size}`);
    ctx.body = '';
    return;
  }
  ctx.status = range ? 206 : 200;
  if (range) ctx.set('Content-Range', `bytes ${range.start}-${range.end}/${file.size}`);
  const length = range ? range.end - range.start + 1 : file.size;
  if (ctx.method !== 'HEAD') ctx.body = length === 0 ? Buffer.alloc(0) : await files.open(file, range);
  ctx.length = length;
}

/**
 * For clients that know no other names than ASCII ones, beside the true name (RFC 6266): Latin letters lose their accents, each other letter
 * leaves a mark of its place, and a name of which no letter is left is called a document, of the same extension.
 */
function plainName(name: string): string {
  const plain = lettersOf(withPlainLetters(name))
    .map((letter) => (/^[\x20-\x7e]+$/.test(letter) ? letter : '_'))
    .join('')
    .replace(/["\\%]/g, '_')
    .trim();
  const dot = plain.lastIndexOf('.');
  const [stem, extension] = dot <= 0 ? [plain, ''] : [plain.slice(0, dot), plain.slice(dot)];
  return /[^_ ]/.test(stem) ? stem + extension : `document${extension}`;
}

/** A part of a file is only of use to who has the same file. */
function mayRange(ctx: RouteContext<unknown, unknown, unknown>, etag: string): boolean {
  const condition = ctx.get('If-Range');
  return condition === '' || condition === etag;
}

/**
 * One range; several at once, and what is no range of bytes, get the whole file. Read here, because the package range-parser refuses the last
 * hundred bytes of a shorter file and a range that ends before it begins, where RFC 9110 sends the file.
 */
function parseRange(header: string, size: number): Range | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim());
  if (!match) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  return start >= size || end < start ? 'unsatisfiable' : { start, end };
}
