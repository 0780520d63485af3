import { type Activity, inject, injectable, type Lifetime, Log, UnitOfWork } from '@portico/core';
import { repairInBackground } from './background-repair.js';
import { Metadata, metadataOf } from './metadata.js';
import { indexWords, wordRules } from './metadata-words.js';

interface EarlierDocument {
  readonly id: string;
  readonly siteId: string;
  readonly metadata: string;
}

const documentsPerPage = 20;

const earlierSql = `SELECT id, site_id AS "siteId", metadata FROM documents_media_document
  WHERE metadata_kinds IS NOT NULL AND word_rules < ? AND id > ? ORDER BY id LIMIT ${documentsPerPage}`;

/**
 * Texts of metadata that were taken apart by earlier rules: their words are found again, in the background, some seconds after the start. Each
 * document says by which rules its words were found, so what is done stays done. What a module said that is not there now waits for it.
 */
@injectable()
export class MetadataWordRepair implements Activity {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Metadata) private readonly metadata: Metadata,
    @inject(Log) private readonly log: Log,
  ) {}

  onStart(lifetime: Lifetime): void {
    repairInBackground<EarlierDocument>(lifetime, this.unitOfWork, this.log, {
      sql: earlierSql,
      rules: wordRules,
      repair: (document) => this.repairOne(document),
      failure: 'The words of earlier metadata could not all be found again.',
      success: 'The words of earlier metadata were found again.',
    });
  }

  /** Whether its words were found again. */
  private async repairOne(document: EarlierDocument): Promise<boolean> {
    const values = metadataOf(document.metadata);
    const known = this.metadata.among(values);
    if (known.length < Object.keys(values).length) return false;
    return this.unitOfWork.write(async (transaction) => {
      await transaction.query('DELETE FROM documents_media_metadata_word WHERE document_id = ?', [document.id]);
      // Gone meanwhile: then there is nothing to find.
      const there = await transaction.query('SELECT 1 FROM documents_media_document WHERE id = ?', [document.id]);
      if (there.length === 0) return false;
      for (const { kind, text } of this.metadata.searchTexts(values)) await indexWords(transaction, document, kind, text);
      await transaction.query('UPDATE documents_media_document SET word_rules = ? WHERE id = ?', [wordRules, document.id]);
      return true;
    });
  }
}
