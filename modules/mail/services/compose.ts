import type { Mail } from '../api/index.js';

/** What stands in a mail, ready to be sent. */
export interface MailBody {
  readonly text: string;
  readonly html: string;
}

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
    ...paragraphs.map((words) => paragraph(words)),
    button,
    ...closing.map((words) => paragraph(words, ';font-size:13px;color:#54555f')),
  ];
  const html = `<!DOCTYPE html><html lang="${escapeHtml(locale)}"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head><body style="margin:0;padding:24px;background:#f7f8f9"><div style="max-width:560px;margin:0 auto;padding:24px;background:#fff;border:1px solid #e7e7ed;border-radius:4px;font:16px/1.5 system-ui,sans-serif;color:#272833">${parts.join('')}</div></body></html>`;
  return { text: `${text}\n`, html };
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
