import type { SourceImage } from '@portico/ai-providers/api';
import type { StoredBlob } from '@portico/core';
import type { Generation } from '../../entities/generation.js';
import type { VariationSource } from '../documents/provenance.js';

/** What a variation is to be made of: an image of one's own, or a document. */
export interface SourceReference {
  readonly kind: 'image' | 'document';
  readonly id: string;
}

/** Its bytes as they will be sent, safe on disk: whatever becomes of the picture itself, the variation can be made. */
export interface PinnedSource extends SourceReference {
  readonly name: string;
  /** Of the document. */
  readonly version?: string;
  /** Of the file that it was taken from. */
  readonly sha256: string;
  readonly mimeType: SourceImage['mimeType'];
  readonly blob: StoredBlob;
  /** It was not made by a machine, or not all of it. */
  readonly isComposite: boolean;
}

export type SourceColumns = Pick<
  Generation,
  'sourceKind' | 'sourceId' | 'sourceName' | 'sourceVersion' | 'sourceSha256' | 'sourceType' | 'sourceBlob' | 'isComposite'
>;

export const sourceColumns = ({ kind, id, name, version, sha256, mimeType, blob, isComposite }: PinnedSource): SourceColumns => ({
  sourceKind: kind,
  sourceId: id,
  sourceName: name,
  sourceVersion: version ?? null,
  sourceSha256: sha256,
  sourceType: mimeType,
  sourceBlob: blob.id,
  isComposite,
});

/** Undefined for an image from words alone. */
export const referenceOf = ({ sourceKind: kind, sourceId: id }: Generation): SourceReference | undefined =>
  kind && id ? { kind, id } : undefined;

/** Whether a generation that was ordered before varies the same picture. */
export const isSameSource = (generation: Generation, source: SourceReference | undefined): boolean =>
  generation.sourceKind === (source?.kind ?? null) && generation.sourceId === (source?.id ?? null);

/** Under this key an image is added as a document, once. */
export const idempotencyKeyOf = (imageId: string): string => `ai-creator:${imageId}`;

/** What a document remembers of the picture that it varies. */
export function variationSource(generation: Generation): VariationSource | undefined {
  const { sourceKind, sourceId, sourceName: name, sourceSha256: sha256, sourceVersion: version } = generation;
  if (!sourceKind || !sourceId || name === null || sha256 === null) return undefined;
  if (sourceKind === 'image') return { name, sha256, idempotencyKey: idempotencyKeyOf(sourceId) };
  return { name, sha256, documentId: sourceId, ...(version && { version }) };
}
