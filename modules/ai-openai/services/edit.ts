import type { ImageRequest, SourceImage } from '@portico/ai-providers/api';
import type { OpenAI, toFile } from 'openai';
import type { ServiceProfile } from './profiles/index.js';
import { pathsWithEdits } from './profiles/service-profile.js';
import { requestBody } from './request-body.js';
import type { StreamWanted } from './streamed-answer.js';

/** Names of files carry nothing of the author's: only the type counts. */
const fileNames: Readonly<Record<SourceImage['mimeType'], string>> = {
  'image/png': 'source.png',
  'image/jpeg': 'source.jpg',
  'image/webp': 'source.webp',
};

/**
 * Asks for variations of a picture: one POST of a form. The picture goes as one of a list (`image[]`), which all services take; some take
 * nothing else. How strictly a picture is judged cannot be said here; the service decides.
 */
export async function askForEdit(
  client: OpenAI,
  asFile: typeof toFile,
  profile: ServiceProfile,
  request: ImageRequest,
  { bytes, mimeType }: SourceImage,
  stream?: StreamWanted['parameters'],
): Promise<unknown> {
  const form = new FormData();
  form.append('image[]', await asFile(bytes, fileNames[mimeType], { type: mimeType }));
  const fields = { ...requestBody(profile, { ...request, moderation: undefined }), ...stream };
  for (const [name, value] of Object.entries(fields)) form.append(name, String(value));
  return client.post<unknown>(profile.paths.edits ?? pathsWithEdits.edits, { body: form, signal: request.signal });
}
