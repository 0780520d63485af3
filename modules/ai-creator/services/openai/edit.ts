import type { OpenAI, toFile } from 'openai';
import type { ImageRequest, SourceImage } from '../../api/index.js';
import { upstreamSize } from '../image-order.js';

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
  request: ImageRequest,
  { bytes, mimeType }: SourceImage,
): Promise<unknown> {
  const body = {
    model: request.model,
    prompt: request.prompt,
    image: await asFile(bytes, fileNames[mimeType], { type: mimeType }),
    n: request.count,
    size: upstreamSize,
    quality: request.quality,
    output_format: 'png',
    safety_identifier: request.personHash,
  } as const;
  return client.images.edit(body, { signal: request.signal });
}
