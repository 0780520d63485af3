import type { Mail } from '../api/index.js';

/** What stands in a mail. */
export interface MailBody {
  readonly text: string;
  readonly html: string;
}

/** By what people know the portal. */
export interface Letterhead {
  readonly name: string;
  /** A PNG, which travels with the mail; `width` is that of its place, in pixels. */
  readonly logo?: { readonly bytes: Uint8Array; readonly width: number } | undefined;
}

/** Where the head of a mail goes: it is written when the mail is sent, not when it is queued, so that it is that of the day. */
const headMark = '<!--head-->';
const logoId = 'logo@portal.invalid';
const longestLogo = { width: 200, height: 48 };

/**
 * A mail as plain text and as HTML that says the same. There is nothing in it that a reader would load, so it tells nobody that it was opened; the one
 * address in it is made here, from the public address of the portal.
 */
export function composeMail({ paragraphs, link, closing = [], locale = 'en', subject }: Mail, publicUrl: string): MailBody {
  const href = link === undefined ? undefined : publicUrl + placeOf(link.path);
  const text = [...paragraphs, ...(link && href ? [`${link.label}:\n${href}`] : []), ...closing].join('\n\n');
  const paragraph = (words: string, style = ''): string => `<p style="margin:0 0 16px${style}">${escapeHtml(words)}</p>`;
  const button =
    link && href
      ? `<p style="margin:24px 0"><a href="${escapeHtml(href)}" style="display:inline-block;padding:10px 18px;background:#0b5fff;border-radius:4px;color:#fff;text-decoration:none">${escapeHtml(link.label)}</a></p><p style="margin:0 0 16px;font-size:13px;color:#54555f;word-break:break-all">${escapeHtml(href)}</p>`
      : '';
  const parts = [
    headMark,
    ...paragraphs.map((words) => paragraph(words)),
    button,
    ...closing.map((words) => paragraph(words, ';font-size:13px;color:#54555f')),
  ];
  const html = `<!DOCTYPE html><html lang="${escapeHtml(locale)}"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head><body style="margin:0;padding:24px;background:#f7f8f9"><div style="max-width:560px;margin:0 auto;padding:24px;background:#fff;border:1px solid #e7e7ed;border-radius:4px;font:16px/1.5 system-ui,sans-serif;color:#272833">${parts.join('')}</div></body></html>`;
  return { text: `${text}\n`, html };
}

/** A mail with the portal's logo above its text, or its name where it has none. A mail that was queued before there were heads has none. */
export function withHead(
  { text, html }: MailBody,
  { name, logo }: Letterhead,
): MailBody & { readonly attachments?: MailAttachment[] } {
  const style = 'display:block;border:0;font-weight:600';
  const head = logo
    ? `<img src="cid:${logoId}" alt="${escapeHtml(name)}" width="${logo.width}" style="${style}">`
    : escapeHtml(name);
  const written = html.replace(headMark, () => `<div style="margin:0 0 20px;font-weight:600">${head}</div>`);
  if (!logo || written === html) return { text, html: written };
  const content = Buffer.from(logo.bytes);
  const attachment = {
    filename: 'logo.png',
    content,
    contentType: 'image/png',
    cid: logoId,
    contentDisposition: 'inline',
  } as const;
  return { text, html: written, attachments: [attachment] };
}

/** As nodemailer takes it. */
export interface MailAttachment {
  readonly filename: string;
  readonly content: Buffer;
  readonly contentType: string;
  readonly cid: string;
  readonly contentDisposition: 'inline';
}

/** Pixels from left to right of a logo in a mail, which is no higher than a few lines. */
export function mailLogoWidth({ width, height }: { readonly width: number; readonly height: number }): number {
  const scale = Math.min(1, longestLogo.width / width, longestLogo.height / height);
  return Math.max(1, Math.round(width * scale));
}

/** A place of this portal and of no other, whatever a caller made it of. */
function placeOf(path: string): string {
  const url = new URL(path, 'http://portal.invalid');
  if (url.origin !== 'http://portal.invalid') throw new TypeError('A mail links to places of the portal only.');
  return url.pathname + url.search;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => entities[sign] as string);
}
