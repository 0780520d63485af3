import { audienceKinds, openAnswer, readable, z } from '@portico/core';
import { DocumentPermissions } from '../api/documents.js';

const id = z.string();
const time = z.iso.datetime();
const pixels = z.int().nullish();
const { open } = DocumentPermissions;

/** What a reader needs of a document. */
const readersPart = {
  id,
  name: z.string(),
  altText: z.string(),
  mimeType: z.string(),
  size: z.int(),
  width: pixels,
  height: pixels,
};

const links = z.object({ page: z.string(), download: z.string(), view: z.string(), thumbnail: z.string().optional() });

/** One document: how it came to be, and what its file is exactly, is for those who may open Documents and Media. */
export const documentAnswer = z
  .object({
    ...readersPart,
    links: links.optional(),
    siteId: readable(open, id),
    folderId: readable(open, id.meta({ description: 'Left out in the root of the site.' })),
    altTextDrafted: readable(open, z.boolean()),
    sha256: readable(open, z.string()),
    createdBy: readable(open, id),
    createdAt: readable(open, time),
    modifiedAt: readable(open, time),
  })
  .catchall(readable(open, z.unknown().meta({ description: 'What modules keep with it, by the kind of metadata.' })));

/** Who sees a folder or a document, and what says so. */
export const permissionsAnswer = z.object({
  visibleTo: z.enum(audienceKinds),
  roles: z.array(z.string()),
  inherited: z.boolean(),
  from: z.string().meta({ description: 'What says it: the name of a folder or of the site; its own where it is not inherited.' }),
});

export const listAnswer = z.object({
  folders: z.array(z.object({ id, name: z.string(), modifiedAt: time })),
  documents: z.array(z.object({ ...readersPart, modifiedAt: time })),
  previous: z.string().optional(),
  next: z.string().optional(),
  total: z.int().optional().meta({
    description: 'How many folders and documents the whole list has; left out of searches and filters with more than one page.',
  }),
  totalIsMore: z
    .literal(true)
    .optional()
    .meta({ description: 'There are more than `total` says: counting ends somewhere above 2,000.' }),
});

export const uploadAnswer = z.object({
  documents: z.array(
    z.object({
      id,
      name: z.string(),
      altText: z.string(),
      mimeType: z.string(),
      view: z.string(),
      isFile: z.literal(true).optional().meta({ description: 'It cannot be shown as a picture.' }),
      note: z.string().optional().meta({ description: 'What there is to say of it.' }),
    }),
  ),
  failures: z.array(z.object({ name: z.string(), code: z.string(), sentence: z.string(), status: z.int() })),
});

export const folderAnswer = z.object({ folder: z.object({ id, name: z.string() }) });

/** What a module reports of what it keeps with a document. */
export const reportAnswer = openAnswer('the kind of metadata declares its report, and only what that names is answered');

/** What is wrong with names of files that are to be uploaded, in the order in which they were asked. */
export const namesAnswer = z.object({
  names: z.array(z.object({ name: z.string(), problem: z.string().optional(), suggestion: z.string().optional() })),
});
