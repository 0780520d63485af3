/** Models in the order in which they are preferred. */
export const preferredModels = ['gpt-image-2.6-flare', 'gpt-image-2.5-flare', 'gpt-image-2'] as const;

/** Further models that an administrator may pick; any other name can be typed. */
export const suggestedModels = [...preferredModels, 'gpt-image-2.6-sunburst', 'gpt-image-2.5-sunburst'] as const;

/** No request may ever name one of these: they were shut down. */
export const isRetired = (model: string): boolean => /^(?:dall-e-|gpt-image-1$)/i.test(model.trim());

/** The chosen model first, and one more to fall through to when it is gone. */
export function modelsToTry(chosen: string): readonly string[] {
  const wanted = chosen.trim();
  const first = wanted === '' || isRetired(wanted) ? preferredModels[0] : wanted;
  const next = preferredModels.find((model) => model !== first);
  return next === undefined ? [first] : [first, next];
}

/** Days on which models end, or ended, as announced when this version was made; the service itself knows better. */
export const knownShutdowns: Readonly<Record<string, string>> = {
  'dall-e-2': '2026-05-12',
  'dall-e-3': '2026-05-12',
  'gpt-image-1': '2026-10-23',
  'gpt-image-1-mini': '2026-12-01',
  'gpt-image-1.5': '2026-12-01',
  'chatgpt-image-latest': '2026-12-01',
};
