import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect } from 'chai';

const modules = resolve(import.meta.dirname, '../../..');
const most = 8;

/** What each class of a source injects, by the name of the class. */
function injections(source: string): readonly (readonly [name: string, count: number])[] {
  return [...source.matchAll(/^\s*(?:export )?(?:abstract )?class (\w+)/gm)].map((match, index, all) => {
    const end = all[index + 1]?.index ?? source.length;
    return [match[1] ?? '', (source.slice(match.index, end).match(/@inject\(/g) ?? []).length] as const;
  });
}

describe('The classes of ai-creator and ai-usage', () => {
  it('have their injections counted', () => {
    const source = 'export class A {\n constructor(@inject(B) b: B, @inject(C) c: C) {}\n}\nclass D {}\n';
    expect(injections(source)).to.deep.equal([
      ['A', 2],
      ['D', 0],
    ]);
  });

  for (const id of ['ai-creator', 'ai-usage'])
    it(`of ${id} have at most ${most} dependencies each`, async () => {
      const folder = join(modules, id);
      const files = (await readdir(folder, { recursive: true })).filter(
        (file) => file.endsWith('.ts') && !/^(?:dist|node_modules|test)\//.test(file),
      );
      const counted = await Promise.all(files.map(async (file) => injections(await readFile(join(folder, file), 'utf8'))));
      expect(counted.flat().filter(([, count]) => count > 2).length).to.be.greaterThan(5);
      expect(counted.flat().filter(([, count]) => count > most)).to.deep.equal([]);
    });
});
