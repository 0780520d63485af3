import { ProviderError, type ProviderModel } from '@portico/ai-providers/api';
import { z } from '@portico/core';

const date = z
  .union([z.string().max(40), z.number()])
  .optional()
  .catch(undefined);
const ModelList = z.object({
  data: z.array(z.object({ id: z.string().regex(/^[\w.:/-]{1,200}$/), shutdown_date: date }).catch({ id: '' })).max(20_000),
});

/**
 * Reads the answer of `GET /models`; entries that are not models are left out.
 * @param suffix what is taken off the end of names. @throws ProviderError `bad-answer`
 */
export function readModels(answer: unknown, suffix = ''): readonly ProviderModel[] {
  const parsed = ModelList.safeParse(answer);
  if (!parsed.success) throw new ProviderError('bad-answer', 'The answer does not have the shape of a list of models.');
  return parsed.data.data
    .filter(({ id }) => id !== '')
    .map(({ id: listed, shutdown_date: text }) => {
      const id = suffix !== '' && listed.endsWith(suffix) ? listed.slice(0, -suffix.length) : listed;
      const day = dayOf(text);
      return day === undefined ? { id } : { id, shutdownDate: day };
    });
}

/** An ISO day, from ISO text or from Unix seconds. */
function dayOf(value: string | number | undefined): string | undefined {
  const time = typeof value === 'number' ? value * 1000 : Date.parse(value ?? '');
  return Number.isFinite(time) && Math.abs(time) < 8e15 ? new Date(time).toISOString().slice(0, 10) : undefined;
}
