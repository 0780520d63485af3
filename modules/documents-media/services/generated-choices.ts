import {
  type AccessContext,
  type ConditionalContributions,
  contributions,
  inject,
  injectable,
  type Site,
  UnitOfWork,
} from '@portico/core';
import type { SelectedItem } from '@portico/item-selector/api';
import { type GeneratedCaption, GeneratedCaptions } from '../api/generated-captions.js';

/** What a choice says beside name and address, when a machine made the document. */
export type GeneratedMessages = Pick<SelectedItem, 'generated' | 'caption'>;

/** Which of the documents on a page were generated, and what may stand below them. */
@injectable()
export class GeneratedChoices {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(contributions(GeneratedCaptions)) private readonly captions: ConditionalContributions<GeneratedCaption>,
  ) {}

  /** By the id of the document; those that people made are left out. */
  async among(access: AccessContext, site: Site, ids: readonly string[]): Promise<ReadonlyMap<string, GeneratedMessages>> {
    if (ids.length === 0) return new Map();
    const rows = await this.unitOfWork.read((reader) =>
      reader.query<{ id: string }>(
        `SELECT id FROM documents_media_document
         WHERE site_id = ? AND provenance IS NOT NULL AND id IN (${ids.map(() => '?').join(', ')})`,
        [site.id, ...ids],
      ),
    );
    if (rows.length === 0) return new Map();
    const caption = this.captions.each((source) => source.suggest(access), this.captions.visible(access)).find(Boolean);
    const words: GeneratedMessages = { generated: true, ...(caption && { caption }) };
    return new Map(rows.map(({ id }) => [id, words]));
  }
}
