import { ProviderError } from '@portico/ai-providers/api';
import { classify, type UpstreamError } from './error-table.js';

/** What the safety system objects to, as the message of a refusal names it: `safety_violations=[violence, self-harm]`. Words only. */
export function categoriesIn(message: string | undefined): readonly string[] {
  const [, rest = ''] = message?.split('safety_violations=[') ?? [];
  const words = (rest.slice(0, 200).split(']')[0] ?? '').split(',').map((word) => word.trim().toLowerCase().replaceAll('_', '-'));
  return [...new Set(words.filter((word) => /^[a-z][a-z/-]{1,30}$/.test(word)))].sort();
}

/** A month: what asks for more, as the year 2099, means no time of its own. */
const longestPauseSeconds = 31 * 24 * 3600;

/** Seconds that an answer asks to wait: `retry-after-ms`, or `Retry-After` in seconds or as a date. */
export function retryAfterOf(headers: Headers | undefined, now: number = Date.now()): number | undefined {
  const millis = Number(headers?.get('retry-after-ms') ?? Number.NaN);
  if (Number.isFinite(millis) && millis >= 0) return Math.ceil(millis / 1000);
  const text = headers?.get('retry-after');
  if (!text) return undefined;
  const seconds = /^\s*\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) : (Date.parse(text) - now) / 1000;
  return Number.isFinite(seconds) && seconds <= longestPauseSeconds ? Math.max(0, Math.ceil(seconds)) : undefined;
}

/** Headers in which services and gateways say under which id they know a request. */
const idHeaders = ['x-request-id', 'request-id', 'apim-request-id', 'x-ms-request-id', 'x-litellm-call-id', 'cf-ray'] as const;

/** Undefined for what is no id: it stands on screens and in the log. */
export function requestIdOf(headers: Headers | undefined): string | undefined {
  return idHeaders.map((name) => headers?.get(name)).find((id): id is string => /^[\w.:-]{4,100}$/.test(id ?? ''));
}

type Fields = Readonly<Record<string, unknown>>;
type Said = Omit<UpstreamError, 'status'> & { readonly param?: string | undefined; readonly status?: number | undefined };

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Texts and numbers; the first that says something. */
function textOf(...values: readonly unknown[]): string | undefined {
  const found = values.find((value) => (typeof value === 'string' && value !== '') || Number.isFinite(value));
  return found === undefined ? undefined : String(found);
}

/**
 * What an answer says is wrong, in the ways of services and gateways: `{error: {code, type, message}}`, `{error: "…"}`, `{errors: [{…}]}`,
 * `{detail: "…" | {…} | [{msg}]}`, `{status: "failure", message}`, and any of them as the first item of a list. Null says nothing.
 */
function saidIn(body: unknown): Said {
  const fields = Array.isArray(body) ? (body as readonly unknown[])[0] : body;
  if (!isObject(fields)) return {};
  const { error, detail } = fields;
  const first = Array.isArray(fields.errors) ? (fields.errors as readonly unknown[])[0] : undefined;
  const inner = [error, first, detail, isObject(detail) ? detail.error : undefined].find(isObject);
  if (inner && !(isObject(inner.error) && inner.message === undefined)) {
    const code = textOf(inner.code, fields.code);
    const nested = isObject(inner.innererror) ? textOf(inner.innererror.code) : undefined;
    return {
      code: nested ?? code,
      type: textOf(inner.type, inner.status, fields.type),
      message: textOf(inner.message, inner.msg, inner.error, fields.message),
      param: textOf(inner.param),
      status: statusIn(code) ?? statusIn(textOf(inner.status)),
    };
  }
  if (inner) return saidIn(inner);
  const details = Array.isArray(detail)
    ? (detail as readonly unknown[]).map((each) => (isObject(each) ? textOf(each.msg, each.message) : textOf(each))).join(' ')
    : textOf(detail);
  const code = textOf(fields.code, fields.statusCode, fields.type);
  // The title is what application/problem+json calls it.
  const message = [textOf(error, fields.title), details, textOf(fields.message, fields.Message, fields.msg)]
    .filter(Boolean)
    .join(': ');
  const firstDetail = Array.isArray(detail) && isObject(detail[0]) ? textOf(detail[0].type) : undefined;
  return { code: code ?? firstDetail, message: message === '' ? textOf(first) : message, status: statusIn(code) };
}

/** A status that stands in the body: 402, or "402". */
function statusIn(code: string | undefined): number | undefined {
  return code !== undefined && /^[45]\d\d$/.test(code) ? Number(code) : undefined;
}

/** What an answer that is no success means. Its text is looked at and never repeated: it may hold a part of the key, or the prompt. */
export async function refusalOf(response: Response): Promise<ProviderError> {
  const { status, headers } = response;
  const { row, words, categories } = judge(status, readError(await response.text()));
  return new ProviderError(row.code, `The answer was ${status}, ${words}.`, {
    status,
    maybeCharged: row.maybeCharged,
    retryAfterSeconds: retryAfterOf(headers),
    categories,
    requestId: requestIdOf(headers),
  });
}

/** Codes with which a service says that it did not begin, wherever they stand. */
const refusedBefore: readonly string[] = [
  'invalid-api-key',
  'organization-not-verified',
  'model-not-found',
  'insufficient-quota',
  'access-denied',
  'rate-limited',
  'request-too-large',
  'declined',
];

/**
 * What an answer means that calls itself a success and holds an error in the place of images; undefined when it holds none. What does not clearly say
 * that nothing was begun may have been charged.
 */
export function refusalInside(answer: unknown, headers?: Headers): ProviderError | undefined {
  const fields = isObject(answer) ? answer : {};
  const tells = [fields.error, fields.errors].some((said) =>
    isObject(said) || Array.isArray(said) ? Object.keys(said).length > 0 : textOf(said),
  );
  const isFailure = fields.success === false || fields.status === 'failure' || fields.status === 'error';
  if (!tells && !isFailure) return undefined;
  const said = saidIn(answer);
  const { row, words, categories } = judge(said.status ?? 500, said);
  return new ProviderError(row.code, `The answer was 200 and told of an error, ${words}.`, {
    status: 200,
    maybeCharged: row.maybeCharged || !refusedBefore.includes(row.code),
    retryAfterSeconds: retryAfterOf(headers),
    categories,
    requestId: requestIdOf(headers),
  });
}

/**
 * What an event in a stream means that tells of an error. It has no status of its own; the service had begun to work, so that something may
 * have been charged, and nothing is sent again.
 */
export function refusalIn(event: unknown): ProviderError {
  const said = saidIn(event);
  const { row, words, categories } = judge(said.status ?? 500, said);
  return new ProviderError(row.code, `The stream told of an error, ${words}.`, { maybeCharged: true, categories });
}

/** Finds the row of the table, and what may be repeated of what was said. */
function judge(
  status: number,
  { message, isPage = false, ...said }: Said,
): { readonly row: ReturnType<typeof classify>; readonly words: string; readonly categories: readonly string[] } {
  const [code, type, param] = [said.code, said.type, said.param].map(shortWord);
  const row = classify({ status, code, type, message, isPage });
  const categories = row.code === 'declined' ? categoriesIn(message) : [];
  const words = [
    ...(isPage ? ['a page in place of an answer'] : [`code ${code ?? 'none'}`, `type ${type ?? 'none'}`]),
    ...(param ? [`parameter ${param}`] : []),
    ...(categories.length > 0 ? [`because of ${categories.join(', ')}`] : []),
  ];
  return { row, words: words.join(', '), categories };
}

function readError(text: string): Said {
  try {
    return saidIn(JSON.parse(text.replace(/^\ufeff/, '')));
  } catch {
    return { message: text.slice(0, 4000), isPage: /^\s*<(?:!doctype|html|head|body)/i.test(text) };
  }
}

/** Codes and types are short words; anything else is not repeated, nor is the `None` that gateways in Python write for nothing. */
const shortWord = (value: string | undefined): string | undefined =>
  value !== undefined && value !== 'None' && /^[a-z0-9_.-]{1,60}$/i.test(value) ? value : undefined;
