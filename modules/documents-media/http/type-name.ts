import type { RouteContext } from '@portico/core';
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
