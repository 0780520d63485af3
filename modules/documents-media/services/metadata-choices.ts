import { type AccessContext, inject, injectable, type Site, UnitOfWork } from '@portico/core';
import type { ChoiceFacts } from '../api/new-menu.js';
import { Metadata } from './metadata.js';

/** What the kinds of metadata say of documents that can be chosen. */
@injectable()
export class MetadataChoices {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Metadata) private readonly metadata: Metadata,
  ) {}

  /** By the id of the document; those without metadata are left out. */
  async among(access: AccessContext, site: Site, ids: readonly string[]): Promise<ReadonlyMap<string, ChoiceFacts>> {
    if (ids.length === 0) return new Map();
    const rows = await this.unitOfWork.read((reader) =>
      reader.query<{ id: string; kinds: string }>(
        `SELECT id, metadata_kinds AS kinds FROM documents_media_document
         WHERE site_id = ? AND metadata IS NOT NULL AND id IN (${ids.map(() => '?').join(', ')})`,
        [site.id, ...ids],
      ),
    );
    const facts = new Map<string, ChoiceFacts>();
    for (const kinds of new Set(rows.map((row) => row.kinds)))
      facts.set(kinds, this.metadata.choice(access, kinds.trim().split(' ')));
    return new Map(rows.map(({ id, kinds }) => [id, facts.get(kinds) ?? {}]));
  }
}
