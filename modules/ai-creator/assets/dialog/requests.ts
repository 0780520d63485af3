/** Why something was refused, for those who may do something about it. */
export interface Cause {
  readonly cause?: string;
  readonly remedy?: string;
  readonly links?: readonly { readonly label: string; readonly href: string; readonly isExternal: boolean }[];
}

/** An answer of the portal to a script. */
export interface Answer<T> {
  readonly ok: boolean;
  readonly status: number;
  /** Undefined unless `ok`. */
  readonly body: T | undefined;
  /** One sentence to show; empty when `ok`. */
  readonly sentence: string;
  /** A sentence per field. */
  readonly fields: Readonly<Record<string, string>>;
  readonly cause?: Cause;
}

interface ErrorBody {
  readonly error?: Cause & { readonly message?: string; readonly fields?: Readonly<Record<string, string>> };
}

const token = (): string => document.querySelector<HTMLMetaElement>('meta[name="portico-csrf"]')?.content ?? '';

/** Asks for JSON; status 0 when nobody answers. @param form posted when it is given. */
export async function ask<T>(href: string, form?: URLSearchParams): Promise<Answer<T>> {
  try {
    const response = await fetch(href, {
      method: form ? 'POST' : 'GET',
      headers: { Accept: 'application/json', 'X-Portico-Csrf': token() },
      body: form,
    });
    const body = (await response.json().catch(() => ({}))) as T & ErrorBody;
    const { message = '', fields = {} } = body.error ?? {};
    if (response.ok) return { ok: true, status: response.status, body, sentence: '', fields: {} };
    return { ok: false, status: response.status, body: undefined, sentence: message, fields, cause: body.error };
  } catch {
    return { ok: false, status: 0, body: undefined, sentence: '', fields: {} };
  }
}

/** A piece of a page as an element; undefined when it could not be had. */
export async function askFragment(href: string): Promise<HTMLElement | undefined> {
  const response = await fetch(href, { headers: { Accept: 'text/html', 'X-Portico-Fragment': '1' } }).catch(() => undefined);
  if (!response?.ok) return undefined;
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  const element = page.querySelector<HTMLElement>('[data-generation]');
  return element ? document.importNode(element, true) : undefined;
}
