import { z } from '@portico/core';
import { ProviderError } from '../../api/index.js';
import { classify, type UpstreamError } from './error-table.js';
import { categoriesIn, retryAfterOf } from './refusal-details.js';

type Said = Omit<UpstreamError, 'status'> & { readonly param?: string };

const word = z.string().optional().catch(undefined);
const Words = z.object({ code: word, type: word, message: word, param: word });
/** The ways in which servers say what is wrong: `{error: {code, type, message}}`, `{error: "…", message?}`, `{detail: "…" | [{msg}]}`. */
const Shapes = z.union([
  z.object({ error: Words }).transform(({ error }): Said => error),
  z
    .object({ error: z.string(), message: word })
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
  const { message, ...said } = readWords(await response.text());
  const code = shortWord(said.code);
  const type = shortWord(said.type);
  const row = classify({ status, code, type, message });
  const param = shortWord(said.param);
  const categories = row.code === 'declined' ? categoriesIn(message) : [];
  const named = [
    `The answer was ${status}`,
    `code ${code ?? 'none'}`,
    `type ${type ?? 'none'}`,
    ...(param ? [`parameter ${param}`] : []),
    ...(categories.length > 0 ? [`because of ${categories.join(', ')}`] : []),
  ];
  return new ProviderError(row.code, `${named.join(', ')}.`, {
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
  const { message, ...said } = saidIn(event);
  const code = shortWord(said.code);
  const type = shortWord(said.type);
  const row = classify({ status: 500, code, type, message });
  const sentence = `The stream told of an error, code ${code ?? 'none'}, type ${type ?? 'none'}.`;
  return new ProviderError(row.code, sentence, { maybeCharged: true });
}

const saidIn = (body: unknown): Said => Shapes.safeParse(body).data ?? {};

function readWords(text: string): Said {
  try {
    return saidIn(JSON.parse(text));
  } catch {
    return { message: text.slice(0, 2000) };
  }
}

/** Codes and types are short words; anything else is not repeated. */
const shortWord = (value: string | undefined): string | undefined =>
  value !== undefined && /^[a-z0-9_.-]{1,60}$/i.test(value) ? value : undefined;
