import type { Document } from '@portico/documents-media/api';

/** The kind of metadata that tells how a generated document came to be. */
export const provenanceKind = 'provenance';

/** How a generated document came to be. */
export interface Provenance {
  readonly kind: 'generated';
  readonly prompt: string;
  /** Id of the provider, e.g. `openai`. */
  readonly provider: string;
  /** Its name as people know it, e.g. `OpenAI`; screens show the id without it. */
  readonly providerName?: string;
  readonly model: string;
  /** Delivery size, e.g. `512x512`. */
  readonly size: string;
  /** ISO 8601. */
  readonly generatedAt: string;
  readonly generationId: string;
  /** What else the provider was told, e.g. `{ quality: 'low' }`. */
  readonly parameters?: Readonly<Record<string, string | number>>;
  /** Tokens of the whole generation, which may have made `images` of them. */
  readonly usage?: { readonly inputTokens: number; readonly outputTokens: number; readonly images: number };
  /** What the generation cost, where the portal knew a price. */
  readonly cost?: { readonly amount: number; readonly currency: string };
  /** The picture that it is a variation of. */
  readonly variationOf?: VariationSource;
  /** Set when what it derives from was not made by a machine: it is marked as such. */
  readonly isComposite?: boolean;
}

/** A picture that another one derives from, as it was then. */
export interface VariationSource {
  readonly name: string;
  /** Of the file that was there, lower-case hex. */
  readonly sha256: string;
  /** Id of the document it was. */
  readonly documentId?: string;
  /** Version of that document, e.g. `1.0`. */
  readonly version?: string;
  /** Of the document that it became, when it was none then: the `idempotencyKey` under which it would be added. */
  readonly idempotencyKey?: string;
}

/** Undefined for a document that no machine made. */
export function provenanceOf({ metadata }: Pick<Document, 'metadata'>): Provenance | undefined {
  return metadata[provenanceKind] as Provenance | undefined;
}
