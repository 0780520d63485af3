import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect } from 'chai';

const root = resolve(import.meta.dirname, '../..');
const most = 8;

/** What each class of a source injects, by the name of the class. */
function injections(source: string): readonly (readonly [name: string, count: number])[] {
  return [...source.matchAll(/^\s*(?:export )?(?:abstract )?class (\w+)/gm)].map((match, index, all) => {
    const end = all[index + 1]?.index ?? source.length;
    return [match[1] ?? '', (source.slice(match.index, end).match(/@inject\(/g) ?? []).length] as const;
  });
}

describe('The classes of the core and its modules', () => {
  it('have their injections counted', () => {
    const source = 'export class A {\n constructor(@inject(B) b: B, @inject(C) c: C) {}\n}\nclass D {}\n';
    expect(injections(source)).to.deep.equal([
      ['A', 2],
      ['D', 0],
    ]);
  });

  for (const folder of ['core', 'modules', 'examples'])
    it(`in ${folder} have at most ${most} dependencies each`, async () => {
      const files = (await readdir(join(root, folder), { recursive: true })).filter(
        (file) => file.endsWith('.ts') && !/(?:^|\/)(?:dist|node_modules|test)\//.test(file),
      );
      const counted = await Promise.all(files.map(async (file) => injections(await readFile(join(root, folder, file), 'utf8'))));
      expect(files.length).to.be.greaterThan(1);
      expect(counted.flat().filter(([, count]) => count > most)).to.deep.equal([]);
    });
});
