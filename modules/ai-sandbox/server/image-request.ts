import { type ApiError, invalidSize, invalidValue, modelNotFound, unknownParameter } from './api-error.js';
import type { Dialect } from './dialect.js';
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
  /** An address is answered in place of the picture. */
  readonly asAddress: boolean;
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

/** Checks a body as strictly as the server does; answers the order or the error. */
export function readOrder(body: unknown, now: Date, dialect: Dialect): ImageOrder | ApiError {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return invalidValue('body', 'We could not parse the JSON body of your request.');
  }
  const fields = body as Readonly<Record<string, unknown>>;
  const stranger = Object.keys(fields).find((name) => dialect.fields && !dialect.fields.includes(name));
  if (stranger) return unknownParameter(stranger);
  const { prompt, model, n = 1, size = 'auto' } = fields;
  if (typeof prompt !== 'string' || prompt.trim() === '') return invalidValue('prompt', "Missing required parameter: 'prompt'.");
  if (prompt.length > 32_000) return invalidValue('prompt', 'The prompt is longer than 32000 characters.');
  if (!answersTo(model, now, dialect)) return modelNotFound(model);
  if (typeof n !== 'number' || !Number.isInteger(n) || n < 1 || n > 10) {
    return invalidValue('n', `Invalid value '${String(n)}' for 'n': expected an integer from 1 to 10.`);
  }
  const pixels = typeof size === 'string' ? (sizes[size] ?? (dialect.sizes === 'free' ? freeSize(size) : undefined)) : undefined;
  if (!pixels) return invalidSize(size);
  for (const [name, allowed] of Object.entries(choices)) {
    const value = dialect.fields?.includes(name) ? fields[name] : undefined;
    if (value !== undefined && !(typeof value === 'string' && allowed.includes(value))) {
      return invalidValue(name, `Invalid value for '${name}'. Supported values are ${allowed.join(', ')}.`);
    }
  }
  const partials = dialect.fields?.includes('stream') ? readStream(fields) : undefined;
  if (typeof partials === 'object') return partials;
  const [width, height] = pixels;
  return {
    prompt,
    model: String(model),
    n: dialect.takesCount ? n : 1,
    width,
    height,
    size: `${width}x${height}`,
    quality: String(fields.quality ?? 'auto'),
    format: (fields.output_format as PictureFormat | undefined) ?? 'png',
    asAddress: !dialect.answersBase64 && fields.response_format !== 'b64_json',
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

function answersTo(model: unknown, now: Date, { names, models }: Dialect): model is string {
  if (names === 'any') return true;
  return typeof model === 'string' && (names?.includes(model) ?? modelsAt(now, models).some(({ id }) => id === model));
}

/** Any size that a diffusion model can draw. */
function freeSize(size: string): readonly [number, number] | undefined {
  const [width = 0, height = 0] = (/^(\d{2,4})x(\d{2,4})$/.exec(size)?.slice(1) ?? []).map(Number);
  const fits = [width, height].every((side) => side >= 64 && side <= 2048 && side % 16 === 0);
  return fits ? [width, height] : undefined;
}
