import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';

const root = resolve(import.meta.dirname, '../..');

/** Queries that read folders or documents for nobody in particular, or whose rows are asked about one by one, by the function or constant they stand in. */
const exceptions: Readonly<Record<string, string>> = {
  'services/document-adding.ts findByKey': 'asks `sees` of its one row',
  'services/document-adding.ts findName': 'answers the rule of its one row; who tells of it asks `sees`',
  'services/document-adding.ts firstFreeName': 'a number must be free, whoever has it; no name is told',
  'services/document-files.ts scans': 'the integrity check reads for the operator',
  'services/document-changes.ts delete': 'deletes what was found for the person',
  'services/file-type-repair.ts earlierSql': 'repairs all files, for nobody',
  'services/folder-rows.ts pathSql': '`readPath` asks `sees` of each step',
  'services/folder-rows.ts depthBelowSql': 'a depth that only refuses',
  'services/folder-rows.ts named': 'answers the rule of its one row; who tells of it asks `sees`',
  'services/metadata-word-repair.ts earlierSql': 'repairs all words, for nobody',
  'services/metadata-word-repair.ts repairOne': 'repairs all words, for nobody',
  'services/metadata-words.ts similarDocuments': 'a join that its query has together with the condition',
  'services/permissions.ts originSql': 'its reader asks `sees` before the name is told',
  'services/rule-role-references.ts namesOf': 'asked for rules that the person sees, which is asked before',
  'services/rule-role-references.ts countOf': 'a number that is told to who removes a role; no name is',
  'services/rules.ts mergeRule': 'gives all that has a rule another one that says the same',
  'services/rules.ts belowSql': 'writes the rule into all that is below',
  'services/rules.ts lastSql': 'writes the rule into all that is below',
  'services/storage-count.ts sumsSql': 'counts for the quota, which all share',
};

/** Every text with a query that reads rows of folders or documents, by file and what it stands in. */
function queries(): readonly { readonly place: string; readonly text: string }[] {
  return ['services', 'http'].flatMap((folder) =>
    readdirSync(join(root, folder), { encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => {
        const source = readFileSync(join(root, folder, name), 'utf8');
        return [...source.matchAll(/(?:FROM|JOIN) documents_media_(?:document|folder)\b/g)].map(({ index }) => {
          const before = source.slice(0, index);
          const [, declared = ''] = /^(?:export )?(?:async )?(?:function|const) (\w+)[\s\S]*$/m.exec(lastBlock(before)) ?? [];
          const [, method = declared] = /\n {2}(?:private )?(?:async )?(\w+)\([^\n]*[\s\S]*$/.exec(lastMethod(before)) ?? [];
          const open = Math.max(before.lastIndexOf('`'), before.lastIndexOf("'"));
          const close = source.slice(index).search(/[`'](?!'|\))/);
          return { place: `${folder}/${name} ${method || declared}`, text: source.slice(open, index + Math.max(close, 0)) };
        });
      }),
  );
}

/** From the last declaration at the beginning of a line on. */
function lastBlock(text: string): string {
  const starts = [...text.matchAll(/^(?:export )?(?:async )?(?:function|const|class|interface) \w+/gm)];
  return text.slice(starts.at(-1)?.index ?? 0);
}

/** From the last method on, where the last block is a class. */
function lastMethod(text: string): string {
  const block = lastBlock(text);
  if (!/^export class|^class/.test(block)) return '';
  const starts = [...block.matchAll(/\n {2}(?:private )?(?:async )?\w+\(/g)];
  return block.slice(starts.at(-1)?.index ?? 0);
}

describe('the decision on who sees what', () => {
  it('stands in every query that reads folders or documents for somebody', () => {
    const found = queries();
    expect(found.length).to.be.greaterThan(25);
    const without = found
      .filter(({ text }) => !/sight\.sql\(|isSeen\(|\$\{seen\}|\$\{conditions\}/.test(text))
      .map(({ place }) => place);
    const unsaid = [...new Set(without)].filter((place) => !Object.hasOwn(exceptions, place));
    expect(unsaid).to.deep.equal([]);
    expect(Object.keys(exceptions).filter((place) => !without.includes(place))).to.deep.equal([]);
  });
});
