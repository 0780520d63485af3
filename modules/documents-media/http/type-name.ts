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

/** How a type of file looks: its icon, and the class of the theme that has its pair of colours. */
export interface FileLook {
  readonly icon: string;
  readonly kind: string;
}

const other: FileLook = { icon: 'document-code', kind: 't-code' };
const picture: FileLook = { icon: 'picture', kind: 't-image' };
const pdf: FileLook = { icon: 'document-pdf', kind: 't-pdf' };
const text: FileLook = { icon: 'document-text', kind: 't-text' };

const looks: readonly (readonly [look: FileLook, extensions: string])[] = [
  [text, 'doc docx odt rtf txt text md'],
  [{ icon: 'document-table', kind: 't-sheet' }, 'xls xlsx ods'],
  [{ icon: 'document-presentation', kind: 't-slides' }, 'ppt pptx odp key'],
  [{ icon: 'audio', kind: 't-audio' }, 'mp3 wav ogg oga flac m4a aac'],
  [{ icon: 'video', kind: 't-video' }, 'mp4 m4v mov avi mkv webm'],
  [{ icon: 'document-compressed', kind: 't-archive' }, 'zip 7z tar gz tgz rar bz2 xz'],
  [picture, 'gif svg tif tiff bmp heic heif ai eps psd'],
];

const lookOfExtension: ReadonlyMap<string, FileLook> = new Map(
  looks.flatMap(([look, extensions]) => extensions.split(' ').map((extension): [string, FileLook] => [extension, look])),
);

/** The name is enough where the type says nothing: nothing depends on it. */
export function fileLook(mimeType: string, name: string): FileLook {
  if (imageTypes.has(mimeType)) return picture;
  if (mimeType === 'application/pdf') return pdf;
  return lookOfExtension.get(extensionOf(name)) ?? other;
}

const longestLabel = 5;

/** The type in a few capitals, for a label on a preview: _PNG_, _DOCX_. Undefined: the name has no extension that says so briefly. */
export function typeLabel(mimeType: string, name: string): string | undefined {
  const format = formats[mimeType];
  if (format) return format.toUpperCase();
  const extension = extensionOf(name).toUpperCase();
  return extension.length > 0 && extension.length <= longestLabel ? extension : undefined;
}
