import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';

const root = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const linesOf = (text: string): number => text.split('\n').filter((line) => line.trim() !== '').length;

describe('The comparison with others', () => {
  const text = read('docs/comparison.md');

  it('counts the lines that it shows', () => {
    const [directus = '', backstage = ''] = text.split(/^Directus, |^Backstage, /m).slice(1);
    const shown = (part: string): number => {
      const blocks = part.split(/^```\w*$/m).filter((_, index) => index % 2 === 1);
      return blocks.reduce((sum, block) => sum + linesOf(block), 0);
    };
    const ours = linesOf(read('examples/hello-module/module.ts')) + linesOf(read('examples/hello-module/messages/en.json'));
    const row = /\| Lines of them, written below +\| (\d+), [^|]+\| (\d+) +\| (\d+) +\|/.exec(text)?.slice(1).map(Number);
    expect(row).to.deep.equal([shown(directus), shown(backstage), ours]);
  });
});
