import { z } from '@portico/core';

const id = z.string();
const text = z.string();

const explanation = z.object({
  cause: text,
  remedy: text,
  retry: z.enum(['never', 'after-a-pause', 'next-model-once']),
  links: z.array(z.object({ label: text, href: text, isExternal: z.boolean() })),
});

/** One generation, for the scripts of its author. */
export const generationAnswer = z.object({
  id,
  state: text,
  isRunning: z.boolean(),
  position: z.int().optional(),
  attempts: z.int(),
  retryAt: z.iso.datetime().optional(),
  status: text,
  description: text,
  isForgotten: z.boolean(),
  facts: text,
  style: text.optional(),
  variationOf: z.object({ name: text, sourceImage: id.optional(), sourceDocument: id.optional() }).optional(),
  canRefine: z.boolean(),
  size: text,
  count: z.int(),
  ready: z.int(),
  canRetry: z.boolean(),
  images: z.array(
    z.object({
      id,
      position: z.int(),
      label: text,
      name: text,
      altText: text,
      href: text,
      isSaved: z.boolean(),
      width: z.int().optional(),
      height: z.int().optional(),
      note: text.optional(),
    }),
  ),
  unreadable: z.array(z.object({ id, name: text, size: z.int(), href: text })),
  preview: z.int().optional(),
  canAdd: z.boolean(),
  problem: z
    .object({
      code: text,
      sentence: text,
      reason: text,
      kind: z.enum(['danger', 'warning']),
      explanation: explanation.optional(),
    })
    .optional(),
  folderId: id.optional(),
  rootId: id,
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  href: text,
  cost: text.optional(),
  requestId: text.optional(),
});

export const generationsAnswer = z.object({ generations: z.array(generationAnswer) });

export const statusAnswer = generationAnswer.pick({
  id: true,
  state: true,
  isRunning: true,
  position: true,
  status: true,
  ready: true,
  count: true,
  attempts: true,
  retryAt: true,
  preview: true,
});

export const orderedAnswer = z.object({
  id,
  state: text,
  isRunning: z.boolean(),
  position: z.int().optional(),
  status: text,
  href: text,
  nextIdempotencyKey: text.optional(),
});

export const discardedAnswer = z.object({ discarded: z.literal(true) });

export const noticesAnswer = z.object({
  isRunning: z.boolean(),
  badge: z.object({ text, label: text, kind: z.enum(['info', 'success', 'warning', 'danger']) }).optional(),
  settled: z.array(z.object({ id, kind: z.enum(['success', 'warning']), sentence: text })),
});

export const cancelled = z.object({
  cancelled: z.boolean(),
  maybeCharged: z.boolean().optional(),
  sentence: z.string(),
});
/** An image that could not be added. */
export const failure = z.object({ id, name: z.string(), code: z.string(), sentence: z.string() });

export const added = z.object({
  documents: z.array(
    z.object({
      id,
      name: z.string(),
      altText: z.string(),
      mimeType: z.string(),
      view: z.string(),
      generated: z.boolean().optional().meta({ description: 'True for what a machine made.' }),
      caption: z
        .object({ text: z.string(), shown: z.boolean() })
        .optional()
        .meta({ description: 'What may stand below the picture in a text, and whether it stands there from the start.' }),
    }),
  ),
  failed: z.array(failure),
});

export const addedAnswer = added.extend({ sentence: text, place: text });

export const similarAnswer = z.object({
  sent: text.optional(),
  documents: z.array(
    z.object({
      id,
      name: text,
      altText: text,
      mimeType: text,
      view: text,
      page: text,
      thumbnail: text.optional(),
      description: text.optional(),
      generated: z.literal(true),
      caption: z.object({ text, shown: z.boolean() }).optional(),
    }),
  ),
});

const step = z.object({
  criterion: text,
  subject: text,
  met: z.boolean(),
  reason: text,
  changeableBy: text.optional(),
  href: text.optional(),
  title: text,
  blocks: z.boolean(),
  prevents: z.boolean(),
});

export const whyAnswer = z.object({
  visible: z.boolean(),
  canCreate: z.boolean(),
  summary: text,
  blocking: step.optional(),
  steps: z.array(step),
});
