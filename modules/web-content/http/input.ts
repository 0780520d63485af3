import { z } from '@portico/core';
import type { Cursor } from '../services/articles.js';

export const articleParams = z.strictObject({ id: z.uuid() });
export const addressParams = z.strictObject({ address: z.string().min(1).max(100) });

export const articleForm = z.strictObject({
  title: z.string(),
  address: z.string().default(''),
  body: z.string().default(''),
  revision: z.coerce.number().int().min(0).default(0),
  intent: z.enum(['publish', 'draft']).default('draft'),
});
export type ArticleForm = z.output<typeof articleForm>;

/** A cursor in an address: `<milliseconds>.<id>`. */
export const listQuery = z.strictObject({
  after: z
    .string()
    .regex(/^\d{1,16}\.[0-9a-f-]{36}$/)
    .transform((text): Cursor => {
      const [modifiedAt = '0', id = ''] = text.split('.');
      return { modifiedAt: Number(modifiedAt), id };
    })
    .optional(),
});

export const writeCursor = ({ modifiedAt, id }: Cursor): string => `${modifiedAt}.${id}`;
