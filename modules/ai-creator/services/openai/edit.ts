import type { OpenAI, toFile } from 'openai';
import type { ImageRequest, SourceImage } from '../../api/index.js';
import type { ServiceProfile } from './profiles/index.js';
import { requestBody } from './request-body.js';

/** Names of files carry nothing of the author's: only the type counts. */
const fileNames: Readonly<Record<SourceImage['mimeType'], string>> = {
  'image/png': 'source.png',
  'image/jpeg': 'source.jpg',
  'image/webp': 'source.webp',
};

/** Asks for variations of a picture: one POST of a form. How strictly a picture is judged cannot be said here; the service decides. */
export async function askForEdit(
  client: OpenAI,
  asFile: typeof toFile,
  profile: ServiceProfile,
  request: ImageRequest,
  { bytes, mimeType }: SourceImage,
): Promise<unknown> {
  const { model, prompt, ...optional } = requestBody(profile, { ...request, moderation: undefined });
  const image = await asFile(bytes, fileNames[mimeType], { type: mimeType });
  return client.images.edit({ model, prompt, image, ...optional }, { signal: request.signal });
}
