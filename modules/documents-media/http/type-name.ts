import type { RouteContext } from '@portico/core';
import { knownType, type TypeGroup, textType } from '../services/known-types.js';
import { extensionOf } from '../services/names.js';

/** What is known of a type. Texts of earlier times are all plain; their names say the rest. */
function known(mimeType: string, name: string): ReturnType<typeof knownType> {
  return knownType((mimeType === 'text/plain' && textType(extensionOf(name))) || mimeType);
}

/** What people call the type: "PNG image", "PDF document", "RAR file". */
export function typeName(ctx: RouteContext<unknown, unknown, unknown>, mimeType: string, name: string): string {
  const found = known(mimeType, name);
  if (found?.format === 'TXT') return ctx.text('type.text');
  if (found) return ctx.text(`type.${found.group === 'text' ? 'code' : found.group}`, { format: found.format });
  const extension = extensionOf(name).toUpperCase();
  return extension && extension.length <= longestLabel ? ctx.text('type.file-of', { extension }) : ctx.text('type.file');
}

/** How a type of file looks: its icon, and the class of the theme that has its pair of colours. */
export interface FileLook {
  readonly icon: string;
  readonly kind: string;
}

const pdf: FileLook = { icon: 'document-pdf', kind: 't-pdf' };

const looks: Readonly<Record<TypeGroup, FileLook>> = {
  image: { icon: 'picture', kind: 't-image' },
  document: { icon: 'document-text', kind: 't-text' },
  text: { icon: 'document-text', kind: 't-text' },
  code: { icon: 'document-code', kind: 't-code' },
  sheet: { icon: 'document-table', kind: 't-sheet' },
  slides: { icon: 'document-presentation', kind: 't-slides' },
  audio: { icon: 'audio', kind: 't-audio' },
  video: { icon: 'video', kind: 't-video' },
  archive: { icon: 'document-compressed', kind: 't-archive' },
};

/** Names of files whose bytes are of no listed type, or came before there was a list. */
const extensionGroups: Readonly<Partial<Record<TypeGroup, string>>> = {
  document: 'doc docx odt rtf',
  sheet: 'xls xlsx ods',
  slides: 'ppt pptx odp key',
  audio: 'mp3 wav ogg oga flac m4a aac',
  video: 'mp4 m4v mov avi mkv webm',
  archive: 'zip 7z tar gz tgz rar bz2 xz',
  image: 'gif svg tif tiff bmp heic heif ai eps psd',
};

const lookOfExtension: ReadonlyMap<string, FileLook> = new Map(
  Object.entries(extensionGroups).flatMap(([group, extensions]) =>
    extensions.split(' ').map((extension): [string, FileLook] => [extension, looks[group as TypeGroup]]),
  ),
);

/** The name is enough where the type says nothing: nothing depends on it. */
export function fileLook(mimeType: string, name: string): FileLook {
  if (mimeType === 'application/pdf') return pdf;
  const group = known(mimeType, name)?.group;
  return group ? looks[group] : (lookOfExtension.get(extensionOf(name)) ?? looks.code);
}

const longestLabel = 5;

/** The type in a few capitals, for a label on a preview: _PNG_, _DOCX_. Undefined: the name has no extension that says so briefly. */
export function typeLabel(mimeType: string, name: string): string | undefined {
  const found = known(mimeType, name);
  if (found) return found.format.toUpperCase();
  const extension = extensionOf(name).toUpperCase();
  return extension.length > 0 && extension.length <= longestLabel ? extension : undefined;
}
