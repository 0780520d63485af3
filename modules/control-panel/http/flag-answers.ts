import { z } from '@portico/core';

const key = z.string();
const texts = z.array(z.string());

/** A flag as it stands: everything about it but what only code needs. */
export const flagAnswer = z.object({
  key,
  type: z.string(),
  title: z.string(),
  description: z.string().optional(),
  owner: z.string().optional(),
  introduced: z.string().optional(),
  review: z.string().optional(),
  links: texts.optional(),
  dependsOn: texts.optional(),
  dependents: texts,
  enabled: z.boolean(),
  origin: z.string(),
  reason: z.string(),
  lockedBy: z.string().optional(),
  available: z.boolean(),
  sources: z.array(z.object({ origin: z.string(), enabled: z.boolean(), label: z.string() })),
});

const effect = z.object({ name: z.string(), kind: z.string(), module: z.string(), through: z.string().optional() });

export const flagDetailAnswer = flagAnswer.extend({
  chain: z.array(
    z.object({ key, of: z.string(), depth: z.int(), enabled: z.boolean(), declared: z.boolean(), reason: z.string() }),
  ),
  affects: z.array(effect),
});

export const flagListAnswer = z.object({ flags: z.array(flagAnswer), problems: texts });

export const flagExportAnswer = z.object({
  format: z.literal('portico-flags'),
  version: z.literal(1),
  exportedAt: z.iso.datetime(),
  flags: z.record(z.string(), z.boolean().nullable()),
});

const override = z.boolean().nullable();

export const flagImportAnswer = z.object({
  changes: z.array(z.object({ key, from: override, to: override })),
  faults: texts,
  applied: z.boolean(),
});

/** The changes of a flag's switch, the newest first. */
export const flagHistoryAnswer = z.object({
  records: z.array(
    z.object({
      id: z.string(),
      at: z.iso.datetime(),
      area: z.string(),
      subject: z.string(),
      attribute: z.string().optional(),
      scope: z.string(),
      action: z.string(),
      before: z.boolean().optional(),
      after: z.boolean().optional(),
      by: z.object({ id: z.string(), name: z.string() }),
      via: z.string(),
      reason: z.string().optional(),
    }),
  ),
  next: z.string().optional(),
});
