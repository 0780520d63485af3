import { z } from '@portico/core';
import { sortedListFields } from '@portico/core/util';
import { articleOrders } from '../services/article.js';

export const articleParams = z.strictObject({ id: z.uuid() });
export const draftParams = z.strictObject({ id: z.uuid(), draft: z.uuid() });
export const addressParams = z.strictObject({ address: z.string().min(1).max(100) });
export const articleQuery = z.strictObject({ draft: z.uuid().optional() });

/** An article of 500,000 characters in any script, escaped as forms do, and some more: what is too long comes back with a sentence. */
export const maxArticleBytes = 16 * 1024 * 1024;

/** A field as the form showed it: a title, an address, or the fingerprint of a body. */
const seen = z.string().max(1000).optional();

export const articleForm = z.strictObject({
  title: z.string(),
  address: z.string().default(''),
  body: z.string().default(''),
  revision: z.coerce.number().int().min(0).default(0),
  /** `publish-visible`: with the pictures made visible that its readers do not see; `back`: neither. */
  intent: z.enum(['publish', 'publish-visible', 'draft', 'back']).default('draft'),
  /** Id of the form. */
  form: z.uuid().optional(),
  seenTitle: seen,
  seenAddress: seen,
  seenBody: seen,
});
export type ArticleForm = z.output<typeof articleForm>;

export const draftForm = z.strictObject({
  form: z.uuid(),
  article: z.uuid().optional(),
  title: z.string(),
  address: z.string().max(1000),
  body: z.string(),
  revision: z.number().int().min(0),
  seen: z.strictObject({ title: seen, address: seen, body: seen }),
});

export const listQuery = z.strictObject({ q: z.string().max(200).optional(), ...sortedListFields(articleOrders) });

/** A picture that was taken into Documents and Media. */
export const pictureAnswer = z.object({
  picture: z.object({ id: z.string(), name: z.string(), altText: z.string(), view: z.string() }),
});

/** Where a form is kept, and what it counts as shown from now on. */
export const draftAnswer = z.object({
  article: z.string(),
  revision: z.int(),
  seen: z.object({ title: z.string().optional(), address: z.string().optional(), body: z.string().optional() }).optional(),
  href: z.string(),
});
