import type { ImageRequest } from '@portico/ai-providers/api';
import { cleanDescription } from '@portico/ai-providers/api';
import type { OptionalParameter, ServiceProfile } from './profiles/index.js';

export type RequestBody = Readonly<Record<string, string | number>> & { readonly model: string; readonly prompt: string };

/** What is sent for a request: what the service takes, and nothing that it refuses. */
export function requestBody(profile: ServiceProfile, request: ImageRequest): RequestBody {
  const values: Readonly<Record<OptionalParameter, string | undefined>> = {
    quality: request.quality,
    output_format: 'png',
    moderation: request.moderation,
    response_format: 'b64_json',
  };
  const optional = profile.parameters.flatMap((name) => {
    const value = values[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    model: request.model,
    prompt: promptFor(profile, request.prompt),
    ...(profile.imagesPerRequest > 1 && { n: request.count }),
    size: profile.sizes[request.size],
    ...Object.fromEntries(optional),
    ...(profile.person && { [profile.person]: request.personHash }),
  };
}

/** Without orders to the server, wherever the words come from: an author, a style of the site, or another module. */
function promptFor({ promptSigns = {} }: ServiceProfile, prompt: string): string {
  let text = cleanDescription(prompt);
  for (const [sign, instead] of Object.entries(promptSigns)) text = text.replaceAll(sign, instead);
  return text;
}
