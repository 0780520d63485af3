import { type AccessContext, type ConditionalPoint, type ExtensionPoint, extensionPoint, type z } from '@portico/core';
import type { Document } from './documents.js';
import type { ChoiceFacts } from './new-menu.js';

/** A version of a document, the newest first. */
export interface ShownVersion {
  readonly label: string;
  readonly sha256: string;
  readonly size: number;
  readonly mimeType: string;
  readonly width: number | null;
  readonly height: number | null;
}

/** A document as its page and its reports show it. */
export interface ShownDocument {
  readonly access: AccessContext;
  readonly document: Document;
  readonly versions: readonly ShownVersion[];
  /** Name of the person who added it. */
  readonly author: string;
  /** Address of what `report` answers, as JSON. */
  readonly report: string;
  /** What can be done with a document that has such metadata. */
  readonly actions: readonly { readonly label: string; readonly href: string }[];
}

/** A view of the contributing module, and what it shows. */
export interface MetadataPanel {
  readonly view: string;
  readonly model: object;
}

/** A filter above the list: documents that have metadata of this kind, from all folders of the site. */
export interface MetadataFilter {
  /** In the address, as `only=<value>`. */
  readonly value: string;
  /** Message keys, of the contributing module. */
  readonly label: string;
  readonly icon?: string;
  /** Message key of the word, at most a few letters, that such documents bear in lists; with `icon` before it. */
  readonly mark?: string;
  readonly emptyTitle: string;
  readonly emptyText: string;
}

/** What programs are told at `~/documents-media/documents/<id>/<kind>`. */
export interface MetadataReport {
  /** What is in it; anything else is left out. It describes what arrives, so a date is `z.iso.datetime()`. */
  readonly answer: z.ZodType<object>;
  make(shown: ShownDocument, value: unknown): Promise<object>;
}

/**
 * What a module keeps with documents beside the file, e.g. where a picture comes from: given when the document is added, as JSON, and
 * never changed. It stays with the document, and in its JSON, when the module is gone.
 */
export interface DocumentMetadata {
  /** The key under which it is stored and stands in the JSON of the document, e.g. `licence`. Letters, digits and hyphens. */
  readonly kind: string;
  /** True when the first version is the file as it came, before it was made what is delivered. */
  readonly keepsOriginal?: boolean;
  readonly filter?: MetadataFilter;
  /** A text by whose words `Documents.similar` finds the document. */
  searchText?(value: unknown): string;
  /** XMP that every picture made of the document's carries. */
  xmp?(value: unknown): string | undefined;
  /** A panel on the document's page. */
  panel?(shown: ShownDocument, value: unknown): Promise<MetadataPanel>;
  /** Checksums beside those of the versions, each with its label in the words of `access`. A memory read. */
  checksums?(access: AccessContext, value: unknown): readonly { readonly label: string; readonly value: string }[];
  readonly report?: MetadataReport;
}

/** Kinds of metadata of documents. What is kept with a document is shown whatever is switched on now, so a kind has no `when`. */
export const DocumentMetadataKinds: ExtensionPoint<DocumentMetadata> = extensionPoint('documents-media.metadata-kinds', {
  requires: { kind: 'text' },
});

/** What the item selector answers beside name and address for documents that have metadata of one kind. */
export interface DocumentChoice {
  /** The kind of metadata, see `DocumentMetadata`. */
  readonly kind: string;
  /** A memory read: it is asked for every list that can be chosen from. */
  choice(access: AccessContext): ChoiceFacts;
}

/** What is suggested with a document that somebody chooses. */
export const DocumentChoices: ConditionalPoint<DocumentChoice> = extensionPoint('documents-media.choices', {
  requires: { kind: 'text', choice: 'function' },
  conditional: true,
});
