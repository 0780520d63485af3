import { type ApiError, invalidSize, invalidValue, modelNotFound, unknownParameter } from './api-error.js';
import { modelsAt } from './models.js';
import type { PictureFormat } from './painting/painter.js';

/** A request that the API accepts. */
export interface ImageOrder {
  readonly prompt: string;
  readonly model: string;
  readonly n: number;
  readonly width: number;
  readonly height: number;
  readonly size: string;
  readonly quality: string;
  readonly format: PictureFormat;
  /** How many partial images are streamed before the image; undefined: no stream was asked for. */
  readonly partials?: number;
}

const sizes: Readonly<Record<string, readonly [number, number]>> = {
  '1024x1024': [1024, 1024],
  '1536x1024': [1536, 1024],
  '1024x1536': [1024, 1536],
  auto: [1024, 1024],
};
const choices: Readonly<Record<string, readonly string[]>> = {
  quality: ['low', 'medium', 'high', 'auto'],
  output_format: ['png', 'jpeg', 'webp'],
  moderation: ['auto', 'low'],
  background: ['auto', 'opaque', 'transparent'],
};
const known = new Set([
  ...['prompt', 'model', 'n', 'size', 'output_compression', 'safety_identifier', 'stream', 'partial_images'],
  ...Object.keys(choices),
]);

/** Checks a body as strictly as the API does; answers the order or the error. */
export function readOrder(body: unknown, now: Date): ImageOrder | ApiError {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return invalidValue('body', 'We could not parse the JSON body of your request.');
  }
  const fields = body as Readonly<Record<string, unknown>>;
  const stranger = Object.keys(fields).find((name) => !known.has(name));
  if (stranger) return unknownParameter(stranger);
  const { prompt, model, n = 1, size = 'auto' } = fields;
  if (typeof prompt !== 'string' || prompt.trim() === '') return invalidValue('prompt', "Missing required parameter: 'prompt'.");
  if (prompt.length > 32_000) return invalidValue('prompt', 'The prompt is longer than 32000 characters.');
  if (typeof model !== 'string' || !modelsAt(now).some(({ id }) => id === model)) return modelNotFound(model);
  if (typeof n !== 'number' || !Number.isInteger(n) || n < 1 || n > 10) {
    return invalidValue('n', `Invalid value '${String(n)}' for 'n': expected an integer from 1 to 10.`);
  }
  const pixels = typeof size === 'string' ? sizes[size] : undefined;
  if (!pixels) return invalidSize(size);
  for (const [name, allowed] of Object.entries(choices)) {
    const value = fields[name];
    if (value !== undefined && !(typeof value === 'string' && allowed.includes(value))) {
      return invalidValue(name, `Invalid value for '${name}'. Supported values are ${allowed.join(', ')}.`);
    }
  }
  const partials = readStream(fields);
  if (typeof partials === 'object') return partials;
  const [width, height] = pixels;
  return {
    prompt,
    model,
    n,
    width,
    height,
    size: `${width}x${height}`,
    quality: String(fields.quality ?? 'auto'),
    format: (fields.output_format as PictureFormat | undefined) ?? 'png',
    partials,
  };
}

function readStream({
  stream = false,
  partial_images: partials,
  n = 1,
}: Readonly<Record<string, unknown>>): number | undefined | ApiError {
  if (typeof stream !== 'boolean') return invalidValue('stream', "Invalid type for 'stream': expected a boolean.");
  if (partials !== undefined && !stream) return invalidValue('partial_images', "'partial_images' is only for streams.");
  if (partials !== undefined && !(Number.isInteger(partials) && Number(partials) >= 0 && Number(partials) <= 3))
    return invalidValue('partial_images', "Invalid value for 'partial_images': expected an integer from 0 to 3.");
  if (stream && n !== 1) return invalidValue('n', 'A stream brings one image.');
  return stream ? Number(partials ?? 0) : undefined;
}
