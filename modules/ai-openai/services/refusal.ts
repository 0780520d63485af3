import { ProviderError } from '@portico/ai-providers/api';
import { z } from '@portico/core';
import { classify, type UpstreamError } from './error-table.js';

/** What the safety system objects to, as the message of a refusal names it: `safety_violations=[violence, self-harm]`. Words only. */
export function categoriesIn(message: string | undefined): readonly string[] {
  const [, rest = ''] = message?.split('safety_violations=[') ?? [];
  const words = (rest.slice(0, 200).split(']')[0] ?? '').split(',').map((word) => word.trim().toLowerCase().replaceAll('_', '-'));
  return [...new Set(words.filter((word) => /^[a-z][a-z/-]{1,30}$/.test(word)))].sort();
}

/** Seconds that an answer asks to wait: `retry-after-ms`, or `Retry-After` in seconds or as a date. */
export function retryAfterOf(headers: Headers | undefined, now: number = Date.now()): number | undefined {
  const millis = Number(headers?.get('retry-after-ms') ?? Number.NaN);
  if (Number.isFinite(millis) && millis >= 0) return Math.ceil(millis / 1000);
  const text = headers?.get('retry-after');
  if (!text) return undefined;
  const seconds = /^\s*\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) : (Date.parse(text) - now) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined;
}

type Said = Omit<UpstreamError, 'status'> & { readonly param?: string };

const text = z.string().optional().catch(undefined);
const ErrorFields = z.object({ code: text, type: text, message: text, param: text });
/** The ways in which servers say what is wrong: `{error: {code, type, message}}`, `{error: "…", message?}`, `{detail: "…" | [{msg}]}`. */
const Shapes = z.union([
  z.object({ error: ErrorFields }).transform(({ error }): Said => error),
  z
    .object({ error: z.string(), message: text })
    .transform(({ error, message }): Said => ({ message: [error, message].filter(Boolean).join(': ') })),
  z
    .object({
      detail: z.union([
        z.string(),
        z.array(z.object({ msg: z.string() })).transform((all) => all.map(({ msg }) => msg).join(' ')),
      ]),
    })
    .transform(({ detail }): Said => ({ message: detail })),
  z.object({ message: z.string() }).transform(({ message }): Said => ({ message })),
]);

/** What an answer that is no success means. Its text is looked at and never repeated: it may hold a part of the key, or the prompt. */
export async function refusalOf(response: Response): Promise<ProviderError> {
  const { status, headers } = response;
  const { row, words, categories } = judge(status, readError(await response.text()));
  return new ProviderError(row.code, `The answer was ${status}, ${words}.`, {
    status,
    maybeCharged: row.maybeCharged,
    retryAfterSeconds: retryAfterOf(headers),
    categories,
  });
}

/**
 * What an event in a stream means that tells of an error. It has no status of its own; the service had begun to work, so that something may
 * have been charged, and nothing is sent again.
 */
export function refusalIn(event: unknown): ProviderError {
  const { row, words, categories } = judge(500, saidIn(event));
  return new ProviderError(row.code, `The stream told of an error, ${words}.`, { maybeCharged: true, categories });
}

/** Finds the row of the table, and what may be repeated of what was said. */
function judge(
  status: number,
  { message, ...said }: Said,
): { readonly row: ReturnType<typeof classify>; readonly words: string; readonly categories: readonly string[] } {
  const [code, type, param] = [said.code, said.type, said.param].map(shortWord);
  const row = classify({ status, code, type, message });
  const categories = row.code === 'declined' ? categoriesIn(message) : [];
  const words = [
    `code ${code ?? 'none'}`,
    `type ${type ?? 'none'}`,
    ...(param ? [`parameter ${param}`] : []),
    ...(categories.length > 0 ? [`because of ${categories.join(', ')}`] : []),
  ];
  return { row, words: words.join(', '), categories };
}

const saidIn = (body: unknown): Said => Shapes.safeParse(body).data ?? {};

function readError(text: string): Said {
  try {
    return saidIn(JSON.parse(text));
  } catch {
    return { message: text.slice(0, 2000) };
  }
}

/** Codes and types are short words; anything else is not repeated. */
const shortWord = (value: string | undefined): string | undefined =>
  value !== undefined && /^[a-z0-9_.-]{1,60}$/i.test(value) ? value : undefined;
