import { countLimits, deliverySizes } from '@portico/ai-providers/api';
import { z } from '@portico/core';
import { failure } from '../answer-schemas.js';

export { added, cancelled } from '../answer-schemas.js';

const id = z.string().min(1).max(64);

export const idParams = z.strictObject({ id });
export const listQuery = z.strictObject({
  /** Query values are text. */
  limit: z
    .string()
    .regex(/^(?:[1-9]|[1-4]\d|50)$/)
    .default('20')
    .meta({ description: 'How many at most, 1 to 50.' }),
  after: id.optional().meta({ description: '`next` of the page before.' }),
});

const source = z.union([z.strictObject({ image: id }), z.strictObject({ document: id })]);

/** How long it may be, the image service in use decides; this is only the length beyond which nothing is looked at. */
export const newDescription = z.string().min(1).max(100_000).meta({ description: 'What the images show.' });

export const newGeneration = z.strictObject({
  description: newDescription,
  size: z.enum(deliverySizes).default('512x512').meta({ description: 'Delivery size in pixels.' }),
  count: z.int().min(countLimits.min).max(countLimits.max).default(1),
  style: z.string().max(300).optional().meta({ description: 'Name of a style preset of the site.' }),
  source: source
    .optional()
    .meta({ description: 'Makes a variation: of one of your own images, or of a picture in Documents and Media.' }),
  folder: id
    .optional()
    .meta({ description: 'Id of the folder the images are for; left out: the first level of Documents and Media.' }),
});

export const newImages = z.strictObject({
  images: z
    .array(
      z.strictObject({
        id,
        name: z.string().max(200).optional().meta({ description: 'File name; made from the description when left out.' }),
        altText: z.string().max(1000).optional(),
        reviewed: z.boolean().default(false).meta({ description: 'Whether a person has read the alternative text.' }),
      }),
    )
    .min(1)
    .max(50),
  folder: id.optional().meta({ description: 'Id of a folder; left out: the one that each generation was made for.' }),
});

export const problem = z.object({
  code: z.string().meta({ description: 'As in docs/image-errors.md.' }),
  sentence: z.string(),
  cause: z.string().optional().meta({ description: 'For those who may manage the settings: what exactly happened.' }),
  remedy: z.string().optional().meta({ description: 'For those who may manage the settings: what to do about it.' }),
  links: z
    .array(z.object({ label: z.string(), href: z.string() }))
    .optional()
    .meta({ description: 'For those who may manage the settings: where to do it.' }),
});

export const accepted = z.object({
  id,
  description: z.string(),
  size: z.enum(deliverySizes),
  count: z.int(),
  source: source.optional(),
  createdAt: z.iso.datetime(),
  href: z.string().meta({ description: 'Follow it here.' }),
});

export const generation = z.object({
  ...accepted.shape,
  position: z
    .int()
    .min(0)
    .optional()
    .meta({ description: 'While it waits to be sent: how many orders are sent before it; 0: it is next.' }),
  state: z.enum(['reserved', 'sent', 'received', 'offered', 'saved', 'discarded', 'failed', 'unknown']),
  isRunning: z.boolean(),
  status: z.string().meta({ description: 'How far it is, as a sentence.' }),
  ready: z.int(),
  attempts: z.int().meta({ description: 'How often it was sent to the image service.' }),
  retryAt: z.iso
    .datetime()
    .optional()
    .meta({ description: 'While it waits: when it is tried again; earlier when the image service is back before.' }),
  expiresAt: z.iso.datetime(),
  problem: problem.optional(),
  unreadable: z
    .array(z.object({ id, name: z.string(), size: z.int().meta({ description: 'Bytes.' }), href: z.string() }))
    .meta({ description: 'What came in the place of images and cannot be read: kept until `expiresAt`, to be downloaded.' }),
  images: z.array(
    z.object({
      id,
      position: z.int(),
      name: z.string(),
      altText: z.string(),
      isAdded: z.boolean(),
      width: z
        .int()
        .optional()
        .meta({ description: 'Pixels; what came smaller, or in another shape than was asked for, stays as it came.' }),
      height: z.int().optional(),
      href: z.string().meta({ description: 'The picture.' }),
    }),
  ),
});

export const generationList = z.object({
  generations: z.array(generation),
  next: id.optional().meta({ description: 'Given when there are more: ask again with it as `after`.' }),
});
export const pictureTypes = ['image/png', 'image/jpeg', 'image/webp'] as const;
export const fault = z.object({
  error: z.looseObject({
    code: z.string().meta({ description: 'As in docs/errors.md.' }),
    message: z.string(),
    reference: z.string().meta({ description: 'Names the request in the log.' }),
    fields: z.record(z.string(), z.string()).optional().meta({ description: 'What is wrong with each value.' }),
    ...problem.pick({ cause: true, remedy: true, links: true }).shape,
    missing: z.array(z.string()).optional().meta({ description: 'Scopes that the API token lacks.' }),
    failed: z.array(failure).optional().meta({ description: 'Images that could not be added.' }),
  }),
});
