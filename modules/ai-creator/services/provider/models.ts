import type { ModelNames } from '../../api/index.js';

/** No request may ever name one of these: they were shut down. */
export const isRetired = (model: string): boolean => /^dall-e-/i.test(model.trim());

/** The chosen model first, and one more to fall through to when it is gone; none when nobody chose and nothing is preferred. */
export function modelsToTry(chosen: string, names: ModelNames | undefined): readonly string[] {
  const wanted = chosen.trim();
  const candidates = [isRetired(wanted) ? '' : wanted, ...(names?.preferred ?? [])].filter((name) => name !== '');
  return [...new Set(candidates)].slice(0, 2);
}
