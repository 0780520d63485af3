import type { Readable } from 'node:stream';
import { type AccessContext, type Person, type ServiceToken, type Site, serviceToken } from '@portico/core';

export interface Folder {
  readonly id: string;
  readonly siteId: string;
  /** Undefined: the folder lies in the root of the site. */
  readonly parentId: string | undefined;
  readonly name: string;
}

/** A file in Documents and Media, in its current version. */
export interface Document {
  readonly id: string;
  readonly siteId: string;
  /** Undefined: in the root of the site. */
  readonly folderId: string | undefined;
  /** File name with extension, unique in its folder. */
  readonly name: string;
  /** Alternative text of an image; empty when nobody wrote one. */
  readonly altText: string;
  /** True while nobody has read an alternative text that a program drafted. */
  readonly altTextDrafted: boolean;
  /** Decided by the bytes, from a closed list, e.g. `image/png`; `application/octet-stream` for what is not on it. */
  readonly mimeType: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
  /** Pixels; only of pictures that can be shown. A picture that is too large for a preview has none. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  /** What modules keep with it, by the kind of metadata. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface NewDocument {
  readonly folderId?: string;
  /** Wanted file name; made unique in its folder (`sunset (1).png`) when `unique` is set, otherwise a clash is refused. */
  readonly name: string;
  readonly unique?: boolean;
  readonly altText?: string;
  /** The alternative text was drafted by a program and nobody has read it. */
  readonly altTextDrafted?: boolean;
  readonly content: Readable | Uint8Array;
  /** What the content has at least where that is known before it is read, as of a request that says its length: what cannot fit is refused unread. */
  readonly atLeastBytes?: number;
  /** The content arrives from the person just now: what one person may send at once and within an hour counts for it. */
  readonly isUpload?: boolean;
  /** The file as it was before scaling; kept untouched as version 1.0, while `content` becomes the current one. */
  readonly original?: Readable | Uint8Array;
  /** What modules keep with it, by the kind of metadata; JSON. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Adds at most once in a site: the same key answers the document that was added with it, while it is there. At most 100 characters. */
  readonly idempotencyKey?: string;
}

/** Addresses of a document, below the site, starting with `/web/`. */
export interface DocumentLinks {
  readonly page: string;
  readonly download: string;
  /** Inline picture of the current version. */
  readonly view: string;
  /** At most 512 pixels wide; images only. */
  readonly thumbnail: string | undefined;
}

/** A document that not everybody sees who sees the site. */
export interface HiddenDocument {
  readonly id: string;
  readonly name: string;
  /** Whether the person may make it visible. */
  readonly mayShow: boolean;
}

/** Documents for other modules: every call asks for the permission of the person in `access`, in the site of `access`. */
export interface Documents {
  /**
   * Adds a document: bytes safe on disk, row committed, when the promise resolves. The one gate for every way in:
   * limits, type by its bytes. A picture with too many pixels is kept as a file without a preview.
   * @throws PortalError `not-found` (404: folder, or no permission to see it), `forbidden` (403), `name-taken` (409), `too-large` (413), `quota-exceeded` (413: the site has no room for it),
   * `wrong-type` (415), `too-many-requests` (429: uploads beyond the person's limits), `storage-full` (507).
   */
  add(access: AccessContext, document: NewDocument): Promise<Document>;
  /** @throws PortalError `not-found` (404). */
  find(access: AccessContext, id: string): Promise<Document>;
  folder(access: AccessContext, id: string): Promise<Folder>;
  /** All folders of the site with the names on the way to them, in the order of those; at most `limit`, by default 200. */
  folders(access: AccessContext, limit?: number): Promise<readonly { readonly id: string; readonly path: string }[]>;
  /**
   * Documents of the site whose metadata of a kind share at least half of the words with a text, the most similar first; at most
   * `limit`, by default 6.
   */
  similar(access: AccessContext, kind: string, text: string, limit?: number): Promise<readonly Document[]>;
  /** A document by its id, or by the key that it was added with; undefined when it is not in the site. */
  lookUp(
    access: AccessContext,
    reference: { readonly id: string } | { readonly idempotencyKey: string },
  ): Promise<{ readonly id: string; readonly name: string } | undefined>;
  /** A folder by name, made when it is not there. */
  ensureFolder(access: AccessContext, name: string, parentId?: string): Promise<Folder>;
  /** Current content. */
  open(access: AccessContext, id: string): Promise<{ readonly document: Document; readonly content: Readable }>;
  /** The first version: as it came, before anything was scaled. */
  openOriginal(
    access: AccessContext,
    id: string,
  ): Promise<{ readonly document: Document; readonly version: string; readonly sha256: string; readonly content: Readable }>;
  links(document: Document, site: Site): DocumentLinks;
  /** Those of some documents that not everybody sees who sees the site. Ids that are not there for the person are left out. */
  hiddenFromReaders(access: AccessContext, ids: readonly string[]): Promise<readonly HiddenDocument[]>;
  /**
   * Makes documents visible to everyone who sees the site: all of them, or none.
   * @throws PortalError `not-found` (404), `forbidden` (403) where the person may not.
   */
  makeVisible(access: AccessContext, ids: readonly string[]): Promise<void>;
  /**
   * Which of some documents people who may view and not open Documents and Media do not get, because the metadata of the file cannot be removed. What
   * they get of the others is made. Ids that are not there are left out, and so is what is not known after ten seconds, or what `readerCopySeconds` of the configuration says.
   */
  withheldFromReaders(
    access: AccessContext,
    ids: readonly string[],
  ): Promise<readonly { readonly id: string; readonly name: string }[]>;
}
export const Documents: ServiceToken<Documents> = serviceToken('documents-media.documents');

export const DocumentPermissions = {
  /** To see a document and its picture by its address: guests too, because articles show pictures. */
  view: 'documents-media.view-documents',
  /** To open Documents and Media itself, its lists and its selector. */
  open: 'documents-media.open-documents',
  add: 'documents-media.add-document',
  update: 'documents-media.update-document',
  delete: 'documents-media.delete-document',
  /** To say who may see a folder or a document, and what roles may do with it. Who holds it in a site sees everything in it. */
  changePermissions: 'documents-media.change-permissions',
} as const;

export type { Person };
