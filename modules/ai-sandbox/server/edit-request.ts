import { createHash } from 'node:crypto';
import { loadSharp } from '@portico/core/util';
import { type ApiError, invalidValue, unknownParameter } from './api-error.js';
import type { Dialect } from './dialect.js';
import { type ImageOrder, readOrder } from './image-request.js';

/** A request for variations of a picture. */
export interface EditOrder extends ImageOrder {
  readonly source: Buffer;
}

/** The form of an edit as it arrived; the file is told by its size, type and hash. */
export interface EditForm {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly file: Buffer | undefined;
  /** The name under which the file came. */
  readonly fileField: string | undefined;
  /** What is wrong with the form itself. */
  readonly fault: ApiError | undefined;
}

const types = ['image/png', 'image/jpeg', 'image/webp'];
const maxFileBytes = 50 * 1024 * 1024;
const maxPixels = 40_000_000;
const fidelities: readonly unknown[] = [undefined, 'low', 'high'];

const invalidFile = (message: string): ApiError => ({
  status: 400,
  type: 'image_generation_user_error',
  code: 'invalid_image_file',
  message,
  param: 'image',
});

/** Reads a multipart body: each field once, and one file named `image` or `image[]`; both stand in the fields as `image`. */
export async function readEditForm(body: Buffer, contentType: string): Promise<EditForm> {
  const empty = { fields: {}, file: undefined, fileField: undefined };
  if (!/^multipart\/form-data\s*;/i.test(contentType))
    return { ...empty, fault: invalidValue('body', `Unsupported content type: '${contentType.split(';')[0]}'.`) };
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } })
    .formData()
    .catch(() => undefined);
  if (!form) return { ...empty, fault: invalidValue('body', 'We could not parse your multipart form.') };
  const fields: Record<string, unknown> = {};
  let file: Buffer | undefined;
  let fileField: string | undefined;
  let fault: ApiError | undefined;
  for (const [field, value] of form) {
    const name = field === 'image[]' ? 'image' : field;
    if (name in fields) fault ??= invalidValue(name, `Duplicate parameter: '${name}'.`);
    if (typeof value === 'string') fields[name] = value;
    else {
      const bytes = Buffer.from(await value.arrayBuffer());
      fields[name] = { type: value.type, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
      if (name !== 'image') fault ??= unknownParameter(name);
      else {
        file = bytes;
        fileField = field;
      }
    }
  }
  return { fields, file, fileField, fault };
}

/** Checks an edit as strictly as the API does; answers the order or the error. */
export async function readEdit(form: EditForm, now: Date, dialect: Dialect): Promise<EditOrder | ApiError> {
  const { fields, file, fileField, fault } = form;
  if (fault) return fault;
  const { image, input_fidelity: fidelity, n, stream, partial_images: partials, ...rest } = fields;
  // A generation knows it, a form does not.
  if ('moderation' in rest) return unknownParameter('moderation');
  if (!fidelities.includes(fidelity)) return invalidValue('input_fidelity', "Supported values are 'low' and 'high'.");
  const typed = Object.entries({ n: numberIn(n), stream: switchIn(stream), partial_images: numberIn(partials) });
  const order = readOrder({ ...rest, ...Object.fromEntries(typed.filter(([, value]) => value !== undefined)) }, now, dialect);
  if (!('prompt' in order)) return order;
  if (!file || !dialect.edits.some((name) => name === fileField))
    return invalidValue('image', `Missing required parameter: '${dialect.edits[0]}'.`);
  const { type, size } = image as { readonly type: string; readonly size: number };
  if (!types.includes(type)) return invalidFile(`Invalid file 'image': unsupported mimetype ('${type}').`);
  if (size >= maxFileBytes) return invalidFile("Invalid file 'image': it has 50 MB or more.");
  return (await decodes(file, type)) ? { ...order, source: file } : invalidFile('Invalid image file or mode for image 1.');
}

/** A form holds texts only. */
const numberIn = (value: unknown): unknown => (typeof value === 'string' && /^\d{1,3}$/.test(value) ? Number(value) : value);
const switchIn = (value: unknown): unknown => (value === 'true' || value === 'false' ? value === 'true' : value);

/** All of its pixels, and as what it says it is. */
async function decodes(file: Buffer, type: string): Promise<boolean> {
  try {
    const sharp = await loadSharp();
    const picture = sharp(file, { limitInputPixels: maxPixels, failOn: 'warning' });
    const { format } = await picture.metadata();
    await picture.raw().toBuffer();
    return `image/${format}` === type;
  } catch {
    return false;
  }
}
