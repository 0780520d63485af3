import type { Reader, Transaction } from '@portico/core';
import { foldText } from '@portico/core/util';
import type { DocumentEntity } from '../entities/document.js';
import type { Sight } from './visibility.js';

type Queries = Pick<Reader, 'query'>;

/** Counts on with every change of what the words of a text are. */
export const wordRules = 1;

/** Words of one text that are remembered, and that are asked for. */
const maxWords = 40;
const maxAsked = 12;
/** Documents that one word brings in; a word that everybody uses must not cost more. */
const maxPerWord = 200;

/** Words that tell nothing about a picture. */
const empty = new Set('a an and are as at by for from in into is it of on or over the to under with'.split(' '));

const separators = /[^\p{L}\p{N}\p{M}\p{Default_Ignorable_Code_Point}]+/u;
/** Scripts that write words without spaces between them. */
const withoutSpaces = /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
/** Made with first use: the platform reads its tables then. */
let segmenter: Intl.Segmenter | undefined;
/** One sign of these is a word already: a cat, a mountain. */
const isWord = (word: string): boolean =>
  (word.length > 1 || /\p{Script=Han}/u.test(word)) && word.length <= 40 && !empty.has(word);

/** Before it is folded, which takes letters apart that the segmenter knows as a whole. */
function unfoldedWords(text: string): readonly string[] {
  return text
    .normalize('NFKC')
    .split(separators)
    .flatMap((piece) => (withoutSpaces.test(piece) ? segmentsOf(piece) : [piece]));
}

function segmentsOf(piece: string): readonly string[] {
  segmenter ??= new Intl.Segmenter('und', { granularity: 'word' });
  return Array.from(segmenter.segment(piece), ({ segment }) => segment);
}

/** The words of a text, each once, as searches fold them: marks that are spelling stay. Without plurals. */
function textWords(text: string, limit = maxWords): readonly string[] {
  const words = unfoldedWords(text)
    .map(foldText)
    .filter(isWord)
    .map((word) => (word.length > 3 ? word.replace(/s$/, '') : word));
  return [...new Set(words)].slice(0, limit);
}

export async function indexWords(
  transaction: Transaction,
  document: Pick<DocumentEntity, 'id' | 'siteId'>,
  kind: string,
  text: string,
): Promise<void> {
  for (const word of textWords(text)) {
    await transaction.query('INSERT INTO documents_media_metadata_word (site_id, kind, word, document_id) VALUES (?, ?, ?, ?)', [
      document.siteId,
      kind,
      word,
      document.id,
    ]);
  }
}

/** Ids of documents that share at least half of the words, the most similar first, then the newest. */
export async function similarDocuments(
  queries: Queries,
  { siteId, sight }: { readonly siteId: string; readonly sight: Sight },
  kind: string,
  text: string,
  limit: number,
): Promise<readonly string[]> {
  const words = textWords(text, maxAsked);
  if (words.length === 0) return [];
  const seen = sight.sql('document');
  const join = seen && 'JOIN documents_media_document document ON document.id = found.document_id';
  const one = `SELECT document_id FROM (SELECT found.document_id FROM documents_media_metadata_word found ${join}
    WHERE found.site_id = ? AND found.kind = ? AND found.word = ?${seen} ORDER BY found.document_id DESC LIMIT ${maxPerWord}) AS recent`;
  const rows = await queries.query<{ documentId: string }>(
    `SELECT document_id AS "documentId" FROM (${words.map(() => one).join(' UNION ALL ')}) AS found
     GROUP BY document_id HAVING COUNT(*) >= ? ORDER BY COUNT(*) DESC, document_id DESC LIMIT ?`,
    [...words.flatMap((word) => [siteId, kind, word, ...sight.values]), Math.ceil(words.length / 2), limit],
  );
  return rows.map(({ documentId }) => documentId);
}
