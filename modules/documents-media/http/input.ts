import { z } from '@portico/core';
import { type Sorting, sortedListFields, sortingOf, type WantedSorting } from '@portico/core/util';
import { type DocumentListQuery, type ListOrder, sortKeys } from '../services/document-list.js';

export const pageSize = 20;

const id = z.string().min(1).max(64);
/** Empty and left out both mean the root of the site. */
const optionalId = z
  .string()
  .max(64)
  .optional()
  .transform((value) => value || undefined);
const cursor = z.string().max(600).optional();
const search = z
  .string()
  .max(255)
  .optional()
  .transform((value) => value?.trim() || undefined);

export const idParams = z.strictObject({ id });
export const versionParams = z.strictObject({ id, label: z.string().max(32) });

const listFields = {
  folder: optionalId,
  q: search,
  only: z.string().max(50).optional(),
  ...sortedListFields(sortKeys),
};

export const listQuery = z.strictObject({
  ...listFields,
  view: z.enum(['cards', 'table']).optional(),
  /** Ids of documents that were just added, shown before the others. */
  added: z
    .string()
    .max(4000)
    .optional()
    .transform((ids) => (ids ?? '').split(',').filter(Boolean).slice(0, 100)),
});
export type ListInput = z.output<typeof listQuery>;

/** What a search finds is sorted by name as long as nobody wants it otherwise, everything else by its time. */
export const usualOrder = ({ q }: { readonly q?: string | undefined }): ListOrder => (q ? 'name' : 'newest');

export const sortingOfQuery = (input: WantedSorting<ListOrder> & { readonly q?: string | undefined }): Sorting<ListOrder> =>
  sortingOf(sortKeys, input, usualOrder(input));

export const apiListQuery = z.strictObject(listFields);

export const folderQuery = z.strictObject({ folder: optionalId });

export const selectorQuery = z.strictObject({
  type: z.enum(['image', 'document']),
  return: z.string().max(200),
  uploads: z.enum(['true', 'false']).default('false'),
  folder: optionalId,
  q: search,
  ...sortedListFields(sortKeys),
});
export type SelectorInput = z.output<typeof selectorQuery>;

/** As long as a request may be: a text that is too long comes back in its form, with a sentence. */
const text = z.string();

export const folderForm = z.strictObject({ name: text });
export const documentForm = z.strictObject({
  name: text,
  altText: text.default(''),
  /** What the form showed. */
  seenName: text.optional(),
  seenAltText: text.optional(),
});
/** Names of files that somebody is about to send. */
export const namesForm = (mostFiles: number) => z.strictObject({ names: z.array(z.string().max(2000)).max(mostFiles) });
export const moveQuery = z.strictObject({ to: optionalId, after: cursor });
export const moveForm = z.strictObject({ to: optionalId });

export function toListQuery(
  input: {
    readonly folder?: string;
    readonly q?: string;
    readonly after?: string;
    readonly before?: string;
  },
  sorting: Sorting<ListOrder>,
  metadata: string | undefined,
): DocumentListQuery {
  return {
    folderId: input.folder,
    search: input.q,
    ...sorting,
    metadata,
    after: input.after,
    before: input.before,
    limit: pageSize,
  };
}
