import { portalMessage } from './translator.js';

/** An error answer of the portal; `message` is one sentence to show. */
export class PortalFault extends Error {
  constructor(
    message: string,
    /** Code as in docs/errors.md; `unreachable` when no answer came. */
    readonly code: string,
    readonly status: number,
    /** A sentence per field. */
    readonly fields: Readonly<Record<string, string>> = {},
    readonly reference?: string,
  ) {
    super(message);
    this.name = 'PortalFault';
  }
}

export interface PortalRequest extends RequestInit {
  /** Sent as a JSON body. */
  readonly json?: unknown;
}

/** The session's token, which every change carries. */
export function csrfToken(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="portico-csrf"]')?.content ?? '';
}

/** Headers that the portal expects of its own scripts; also for XMLHttpRequest. */
export function portalHeaders(): Record<string, string> {
  return { 'X-Portico-Csrf': csrfToken(), 'X-Portico-Fragment': '1' };
}

/** `fetch` to the portal with the session's token. @throws PortalFault for an answer of 400 and above, and when none came. */
export async function portalFetch(href: string, { json, headers, ...init }: PortalRequest = {}): Promise<Response> {
  const answer = await send(href, {
    ...init,
    body: json === undefined ? init.body : JSON.stringify(json),
    headers: {
      Accept: 'application/json, text/html;q=0.9',
      ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...portalHeaders(),
      ...Object.fromEntries(new Headers(headers)),
    },
  });
  if (!answer.ok) throw await readFault(answer);
  return answer;
}

/** As `portalFetch`, but error answers come back as they are. */
export async function send(href: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(href, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new PortalFault(portalMessage(init.method && init.method !== 'GET' ? 'send-failed' : 'open-failed'), 'unreachable', 0);
  }
}

interface FaultBody {
  readonly error?: FaultBody;
  readonly code?: string;
  readonly message?: string;
  readonly reference?: string;
  readonly details?: { readonly fields?: Readonly<Record<string, string>> };
  readonly fields?: Readonly<Record<string, string>>;
}

/** Turns an error answer, JSON or a page, into a fault. */
export async function readFault(answer: Response): Promise<PortalFault> {
  const text = await answer.text();
  if (answer.headers.get('Content-Type')?.includes('json')) {
    try {
      const body = JSON.parse(text) as FaultBody;
      const { code, message, reference, details, fields } = body.error ?? body;
      const sentence = message ?? portalMessage('send-failed');
      return new PortalFault(sentence, code ?? 'error', answer.status, fields ?? details?.fields ?? {}, reference);
    } catch {
      return new PortalFault(portalMessage('open-failed'), 'error', answer.status);
    }
  }
  const page = new DOMParser().parseFromString(text, 'text/html');
  const said = page.querySelector('.empty-state-text') ?? page.querySelector('.empty-state-title');
  const sentence = said?.textContent?.trim();
  return new PortalFault(sentence || portalMessage('open-failed'), 'error', answer.status);
}
