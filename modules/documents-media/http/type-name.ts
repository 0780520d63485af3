import type { RouteContext } from '@portico/core';
import { imageTypes } from '../services/images.js';
import { extensionOf } from '../services/names.js';

const formats: Readonly<Record<string, string>> = {
  'image/png': 'PNG',
  'image/jpeg': 'JPEG',
  'image/webp': 'WebP',
  'image/avif': 'AVIF',
  'application/pdf': 'PDF',
};

/** What people call the type: "PNG image", "PDF document", "ZIP file". */
export function typeName(ctx: RouteContext<unknown, unknown, unknown>, mimeType: string, name: string): string {
  const format = formats[mimeType];
  if (format && mimeType.startsWith('image/')) return ctx.text('type.image', { format });
  if (format) return ctx.text('type.document', { format });
  if (mimeType === 'text/plain') return ctx.text('type.text');
  const extension = extensionOf(name).toUpperCase();
  return extension && extension.length <= 5 ? ctx.text('type.file-of', { extension }) : ctx.text('type.file');
}

/** What the icon of a file says. The name is enough for that: nothing depends on it. */
export type FileKind = 'image' | 'pdf' | 'text' | 'archive' | 'table' | 'presentation' | 'media' | 'code' | 'drawing' | 'other';

const kinds: readonly (readonly [kind: FileKind, extensions: string])[] = [
  ['archive', 'zip 7z tar gz tgz rar bz2 xz'],
  ['table', 'csv tsv xls xlsx ods'],
  ['presentation', 'ppt pptx odp key'],
  ['media', 'mp3 mp4 mov avi mkv webm wav ogg flac m4a gif'],
  ['code', 'html htm css js ts json xml yaml yml'],
  ['drawing', 'svg ai eps'],
  ['text', 'doc docx odt rtf txt md'],
];

const kindOfExtension: ReadonlyMap<string, FileKind> = new Map(
  kinds.flatMap(([kind, extensions]) => extensions.split(' ').map((extension): [string, FileKind] => [extension, kind])),
);

export function fileKind(mimeType: string, name: string): FileKind {
  if (imageTypes.has(mimeType)) return 'image';
  if (mimeType === 'application/pdf') return 'pdf';
  return kindOfExtension.get(extensionOf(name)) ?? (mimeType === 'text/plain' ? 'text' : 'other');
}
