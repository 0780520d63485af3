import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { readMessageFile } from '../../messages/index.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const literal = /[{(]t '([^']+)'/g;

function packagesIn(workspace: string): string[] {
  const folder = join(root, workspace);
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder);
  return names.map((name) => join(folder, name)).filter((path) => existsSync(join(path, 'package.json')));
}

function viewsUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.hbs'))
    .map((name) => join(folder, name));
}

/** Keys of words that a view names and neither its module nor the portal has. */
function missingIn(views: readonly string[], words: ReadonlySet<string>): string[] {
  return views.flatMap((view) =>
    [...readFileSync(view, 'utf8').matchAll(literal)]
      .map(([, key]) => key ?? '')
      .filter((key) => !words.has(key))
      .map((key) => `${relative(root, view)}: ${key}`),
  );
}

describe('English', () => {
  const portal = readMessageFile(join(root, 'core/messages/en.json'));

  it('has every word that a view of the portal names', () => {
    const own = ['layouts', 'partials', 'core'].flatMap((folder) => viewsUnder(join(root, 'views', folder)));
    expect(own).not.to.have.length(0);
    expect(missingIn(own, new Set(portal.keys()))).to.deep.equal([]);
  });

  for (const folder of [...packagesIn('modules'), ...packagesIn('examples')]) {
    const name = relative(root, folder);
    it(`has every word that a view of ${name} names`, () => {
      const file = join(folder, 'messages/en.json');
      const words = new Set([...portal.keys(), ...(existsSync(file) ? readMessageFile(file).keys() : [])]);
      expect(missingIn(viewsUnder(join(folder, 'views')), words)).to.deep.equal([]);
    });

    it(`has every label that ${name} contributes`, () => {
      const file = join(folder, 'messages/en.json');
      const words = new Set([...portal.keys(), ...(existsSync(file) ? readMessageFile(file).keys() : [])]);
      // The title of a flag is a text of its own, for operators; it is no key.
      const source = readFileSync(join(folder, 'module.ts'), 'utf8').replace(/\bdefineFlag\([^;]*;/g, '');
      const labels = [...source.matchAll(/\b(?:label|title): '([^']+)'/g)].map(([, key]) => key ?? '');
      expect(labels.filter((key) => !words.has(key))).to.deep.equal([]);
    });
  }
});
