import { z } from '@portico/core';

const id = z.string().min(1).max(64);
/** Empty and left out both mean none. */
const optionalId = z
  .string()
  .max(64)
  .optional()
  .transform((value) => value || undefined);
/** Longer than what is accepted, so that a text that is too long comes back with a sentence of its own. */
const typed = z.string().max(100_000).default('');
/** A repeated field comes as an array, a single one as a string. */
const many = z
  .union([z.string().max(10_000), z.array(z.string().max(10_000)).max(100)])
  .optional()
  .transform((value) => (value === undefined ? [] : typeof value === 'string' ? [value] : value));

export const idParams = z.strictObject({ id });
/** The picture to vary: one of these, or none. */
const sourceFields = { sourceImage: optionalId, sourceDocument: optionalId };

/** An empty form, or one that starts from a generation, a generated document, an example, or a picture. */
export const createQuery = z.strictObject({
  ...sourceFields,
  folder: optionalId,
  from: optionalId,
  document: optionalId,
  example: z
    .string()
    .regex(/^\d{1,2}$/)
    .optional(),
});
export const modelListQuery = z.strictObject({
  q: z.string().trim().max(200).optional(),
  page: z.coerce.number().int().min(1).max(1_000_000).optional(),
});
export type ModelListQuery = z.output<typeof modelListQuery>;
export const similarQuery = z.strictObject({ description: z.string().max(10_000) });
/** Where no script asked, the first press is led to the question. */
export const discardForm = z.strictObject({ confirmed: z.literal('true').optional() });
export const createForm = z.strictObject({
  ...sourceFields,
  idempotencyKey: z.string().min(8).max(100),
  folder: optionalId,
  root: optionalId,
  description: typed,
  size: typed,
  count: z.union([typed, z.number()]),
  style: z
    .string()
    .max(300)
    .optional()
    .transform((value) => value || undefined),
});
export type CreateForm = z.output<typeof createForm>;

/** Lists of the same length: what each image of the form is called; `selected` holds the ids of those that are ticked. */
export const addForm = z.strictObject({
  selected: many,
  image: many,
  name: many,
  altText: many,
  /** Ids of images whose alternative text a person has read. */
  reviewed: many,
  /** Where to; empty: the root of the site; left out: where each was made for. */
  folder: z.string().max(64).optional(),
});
/** The button stands in the form of the images, whose fields come along. */
export const retryForm = addForm.extend({ idempotencyKey: z.string().min(8).max(100) });
export type AddForm = z.output<typeof addForm>;

export const whyQuery = z.strictObject({
  folder: optionalId,
  uploads: z.enum(['true', 'false']).default('true'),
  person: z.string().trim().max(300).optional(),
});
