import { resolve } from 'node:path';
import { startTestPortal, type TestPortal, type TestPortalOptions } from '@portico/core/testing';

/** The module of examples: one field of each type; source, because it is plain JavaScript. */
const sampleFolder = resolve(import.meta.dirname, '../../test/fixtures/sample');

export type TestClient = Awaited<ReturnType<TestPortal['signIn']>>;

export const instancePage = '/configuration/instance-settings/sample';
export const sitePage = '/web/home/configuration/site-settings/sample';

/** A portal with the sample module, whose flag is on. */
export function startSampleSettings({ flags, config, ...options }: TestPortalOptions = {}): Promise<TestPortal> {
  return startTestPortal({
    ...options,
    flags: { sample: true, ...flags },
    config: { modulePaths: ['modules', sampleFolder], ...config },
  });
}

/** The value of every named field of the form on a page, as a browser would send it, without the token. */
export function formOf(html: string): Record<string, string> {
  const form: Record<string, string> = {};
  const start = html.indexOf('name="form.revision"');
  const body = html.slice(start - 200, html.indexOf('</form>', start));
  for (const [tag] of body.matchAll(/<input [^>]*>/g)) {
    const name = attribute(tag, 'name');
    const box = /^(checkbox|radio)$/.test(attribute(tag, 'type') ?? '');
    if (name && name !== 'csrf' && !/ disabled/.test(tag) && (!box || / checked/.test(tag)))
      form[name] =
        box && form[name] !== undefined ? `${form[name]}\n${attribute(tag, 'value')}` : (attribute(tag, 'value') ?? '');
  }
  for (const [, attributes = '', inner = ''] of body.matchAll(/<select ([^>]*)>(.*?)<\/select>/gs)) {
    const chosen = /<option value="([^"]*)" selected>/.exec(inner) ?? /<option value="([^"]*)"/.exec(inner);
    const name = attribute(attributes, 'name');
    if (name && !/ disabled/.test(attributes)) form[name] = chosen?.[1] ?? '';
  }
  for (const [, attributes = '', inner = ''] of body.matchAll(/<textarea ([^>]*)>\n?(.*?)<\/textarea>/gs)) {
    const name = attribute(attributes, 'name');
    if (name) form[name] = inner;
  }
  return form;
}

/** Opens a form, changes some fields and sends it, as a person would. Undefined takes a field out: an unticked box. */
export async function saveForm(
  portal: TestPortal,
  visitor: TestClient,
  page: string,
  changes: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly status: number; readonly text: string; readonly location: string | undefined }> {
  const shown = await visitor.get(page);
  const form = Object.fromEntries(
    Object.entries({ ...formOf(shown.text), ...changes }).filter(([, value]) => value !== undefined),
  );
  const { status, text, headers } = await portal.post(visitor, page, form);
  return { status, text, location: headers.location as string | undefined };
}

/** The words of a page. */
export function visibleText(html: string): string {
  return html
    .replace(/<(style|script)[^>]*>.*?<\/\1>/gs, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&#x27;', "'")
    .replace(/\s+/g, ' ');
}

function attribute(tag: string, name: string): string | undefined {
  return new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(tag)?.[1];
}
