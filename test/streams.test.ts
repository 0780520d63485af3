import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { expect } from 'chai';

const root = resolve(import.meta.dirname, '../..');
const skipped = new Set(['dist', 'node_modules', 'test', 'testing', 'fixtures', 'assets']);

function* sourcesIn(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!skipped.has(entry.name)) yield* sourcesIn(path);
    } else if (entry.name.endsWith('.ts')) yield path;
  }
}

describe('Streams of modules', () => {
  it('are made by what lets others have their turn, never of a generator by itself', () => {
    const found = [...sourcesIn(join(root, 'modules'))].filter((path) =>
      // A list that is there already needs no turns.
      /Readable\.from\((?!\[)/.test(readFileSync(path, 'utf8')),
    );
    expect(found.map((path) => relative(root, path))).to.deep.equal([]);
  });
});
