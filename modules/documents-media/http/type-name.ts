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

interface FileIcon {
  readonly icon: string;
  readonly extensions: string;
}

const icons: readonly FileIcon[] = [
  { icon: 'document-compressed', extensions: 'zip 7z tar gz tgz rar bz2 xz' },
  { icon: 'document-table', extensions: 'csv tsv xls xlsx ods' },
  { icon: 'document-presentation', extensions: 'ppt pptx odp key' },
  { icon: 'document-multimedia', extensions: 'mp3 mp4 mov avi mkv webm wav ogg flac m4a gif' },
  { icon: 'document-code', extensions: 'html htm css js ts json xml yaml yml' },
  { icon: 'document-vector', extensions: 'svg ai eps' },
  { icon: 'document-text', extensions: 'doc docx odt rtf txt md' },
];

const iconOfExtension: ReadonlyMap<string, string> = new Map(
  icons.flatMap(({ icon, extensions }) => extensions.split(' ').map((extension): [string, string] => [extension, icon])),
);

const picture = { icon: 'document-image' };
const pdf = { icon: 'document-pdf' };
const other = { icon: 'document-default' };

/** The icon of a file. The name is enough for that: nothing depends on it. */
export function fileIcon(mimeType: string, name: string): string {
  if (imageTypes.has(mimeType)) return picture.icon;
  if (mimeType === 'application/pdf') return pdf.icon;
  return iconOfExtension.get(extensionOf(name)) ?? (mimeType === 'text/plain' ? 'document-text' : other.icon);
}
