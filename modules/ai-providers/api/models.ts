/** A model that a provider offers. */
export interface ProviderModel {
  readonly id: string;
  /** ISO date on which it will be shut down, when one is announced. */
  readonly shutdownDate?: string;
}

/** The names under which a provider knows its models. */
export interface ModelNames {
  /** Asked when nobody chose, the best first; each takes the place of those before it that are gone. Empty: somebody must choose. */
  readonly preferred: readonly string[];
  /** Further ones to offer; any other name can be typed. */
  readonly suggested?: readonly string[];
  /** ISO days on which models end, or ended, as announced; what `models` answers counts more. */
  readonly shutdowns?: Readonly<Record<string, string>>;
  /** False: `models` lists other names than those that are asked for, so that a name that is missing there says nothing. Default: true. */
  readonly listed?: boolean;
}

/** No request may ever name one of these: they were shut down. */
export const isRetired = (model: string): boolean => /^dall-e-/i.test(model.trim());

/** The chosen model first, and one more to fall through to when it is gone; none when nobody chose and nothing is preferred. */
export function modelsToTry(chosen: string, names: ModelNames | undefined): readonly string[] {
  const wanted = chosen.trim();
  const candidates = [isRetired(wanted) ? '' : wanted, ...(names?.preferred ?? [])].filter((name) => name !== '');
  return [...new Set(candidates)].slice(0, 2);
}
