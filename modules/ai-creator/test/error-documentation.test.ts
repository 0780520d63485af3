import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { errorCatalog } from '../services/failures/error-catalog.js';

const root = new URL('../../../../', import.meta.url);

/** The rows of a table of docs/image-errors.md, by their code. */
async function documented(heading: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const text = await readFile(new URL('docs/image-errors.md', root), 'utf8');
  const section = text.slice(text.indexOf(`## ${heading}`)).split('\n## ')[0] ?? '';
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  return new Map(rows.map(([, code = '', ...cells]) => [code.replaceAll('`', ''), cells.slice(0, -1)]));
}

const messages = async (): Promise<Readonly<Record<string, string>>> =>
  JSON.parse(await readFile(new URL('modules/ai-creator/messages/en.json', root), 'utf8')) as Record<string, string>;

const inDocs = {
  retry: { never: 'never', 'after-a-pause': 'after a pause', 'next-model-once': 'next model, once' },
  breaker: { opens: 'nothing more is sent', closes: 'works', unmoved: '' },
  page: { settings: 'AI Creator settings', service: 'Image Service', usage: 'AI Usage' },
} as const;

describe('the error catalog', () => {
  it('has the sentences of every code, and no sentence without a code', async () => {
    const words = await messages();
    const codes = errorCatalog.map(({ code }) => code).sort();
    const worded = (kind: string): readonly string[] =>
      Object.keys(words)
        .filter((key) => key.startsWith(`${kind}.`))
        .map((key) => key.slice(kind.length + 1))
        .filter((code) => !['some-missing', 'may-be-charged'].includes(code))
        .sort();
    for (const kind of ['error', 'cause', 'remedy']) expect(worded(kind), kind).to.deep.equal(codes);
  });

  it('is in step with what its documentation says of what the portal does', async () => {
    const rows = await documented('What arrives, and what the portal does');
    const expected = errorCatalog.map(({ code, charged, retry, breaker }) => [
      code,
      [charged, inDocs.retry[retry], inDocs.breaker[breaker]],
    ]);
    expect([...rows].map(([code, [, ...does]]) => [code, does])).to.deep.equal(expected);
  });

  it('is in step with what its documentation says that people read, sentence by sentence', async () => {
    const words = await messages();
    const rows = await documented('What people read');
    const expected = errorCatalog.map(({ code, author, cause, remedy, page }) => [
      code,
      [words[author], words[cause], words[remedy], page && inDocs.page[page]],
    ]);
    expect(
      [...rows].map(([code, cells]) => [code, cells.map((cell) => cell.replaceAll('`', '').replace(/(?:, )?<[^>]*>$/, ''))]),
    ).to.deep.equal(expected);
  });
});
