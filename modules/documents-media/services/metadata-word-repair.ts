import { type Activity, inject, injectable, type Lifetime, Log, toDisposable, UnitOfWork } from '@portico/core';
import { every, pages } from '@portico/core/util';
import { Metadata, metadataOf } from './metadata.js';
import { indexWords, wordRules } from './metadata-words.js';

interface EarlierDocument {
  readonly id: string;
  readonly siteId: string;
  readonly metadata: string;
}

const documentsPerPage = 20;
const firstMillis = 2_000;
const againMillis = 6 * 3_600_000;

const earlierSql = `SELECT id, site_id AS "siteId", metadata FROM documents_media_document
  WHERE metadata_kinds IS NOT NULL AND word_rules < ? AND id > ? ORDER BY id LIMIT ${documentsPerPage}`;

/**
 * Texts of metadata that were taken apart by earlier rules: their words are found again, in the background, some seconds after the start. Each
 * document says by which rules its words were found, so what is done stays done. What a module said that is not there now waits for it.
 */
@injectable()
export class MetadataWordRepair implements Activity {
  private isOver = false;

  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Metadata) private readonly metadata: Metadata,
    @inject(Log) private readonly log: Log,
  ) {}

  onStart(lifetime: Lifetime): void {
    lifetime.add(every(againMillis, () => this.repair(), firstMillis));
    lifetime.add(
      toDisposable(() => {
        this.isOver = true;
      }),
    );
  }

  private async repair(): Promise<void> {
    try {
      const read = (after: string): Promise<readonly EarlierDocument[]> =>
        this.unitOfWork.read((reader) => reader.query<EarlierDocument>(earlierSql, [wordRules, after]));
      for await (const documents of pages(read, ({ id }) => id))
        for (const document of documents) {
          if (this.isOver) return;
          await this.repairOne(document);
        }
    } catch (error) {
      this.log.warn('The words of earlier metadata could not all be found again.', { error });
    }
  }

  private async repairOne(document: EarlierDocument): Promise<void> {
    const values = metadataOf(document.metadata);
    const known = this.metadata.among(values);
    if (known.length < Object.keys(values).length) return;
    await this.unitOfWork.write(async (transaction) => {
      await transaction.query('DELETE FROM documents_media_metadata_word WHERE document_id = ?', [document.id]);
      // Gone meanwhile: then there is nothing to find.
      const there = await transaction.query('SELECT 1 FROM documents_media_document WHERE id = ?', [document.id]);
      if (there.length === 0) return;
      for (const { kind, text } of this.metadata.searchTexts(values)) await indexWords(transaction, document, kind, text);
      await transaction.query('UPDATE documents_media_document SET word_rules = ? WHERE id = ?', [wordRules, document.id]);
    });
  }
}
