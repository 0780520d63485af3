import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const root = fileURLToPath(new URL('../../', import.meta.url));
const skipped = new Set(['node_modules', 'dist', 'messages', '.git']);

function filesUnder(folder: string, ending: RegExp): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : filesUnder(path, ending);
    return ending.test(entry.name) ? [path] : [];
  });
}

const isTest = (path: string): boolean => relative(root, path).split('/').includes('test');
const textOf = (paths: readonly string[]): string => paths.map((path) => readFileSync(path, 'utf8')).join('\n');
const namesIn = (text: string): ReadonlySet<string> => new Set(text.match(/[\w$][\w$-]*/g));
const packages = (workspace: string): readonly string[] =>
  readdirSync(join(root, workspace)).map((name) => join(workspace, name));

/** What nobody asks for is looked for by its name in the text: a word elsewhere that is spelled alike hides it, and nothing else does. */
describe('nothing is kept that nobody uses:', () => {
  const sources = ['core', 'modules', 'examples', 'views'].flatMap((folder) => filesUnder(join(root, folder), /\.(ts|hbs)$/));
  const production = sources.filter((path) => !isTest(path));

  for (const folder of ['core', ...packages('modules'), ...packages('examples')]) {
    const file = join(root, folder, 'messages/en.json');
    if (!existsSync(file)) continue;
    it(`every message of ${folder} is said by its code, alone or as one of a family`, () => {
      // The portal's own messages may be said by every module.
      const text = textOf(folder === 'core' ? production : production.filter((path) => path.startsWith(join(root, folder, '/'))));
      const said = new Set([...text.matchAll(/['"`]([\w. -]+)['"`]/g)].map(([, key]) => key));
      const families = [...text.matchAll(/`([\w.-]*)\$\{[^`]*?\}([\w.-]*)`/g)]
        .map(([, start = '', end = '']) => ({ start, end }))
        .filter(({ start, end }) => /[.-]$/.test(start) || /^[.-]/.test(end));
      const isSaid = (key: string): boolean =>
        said.has(key) ||
        families.some(({ start, end }) => key.length > start.length + end.length && key.startsWith(start) && key.endsWith(end));
      const keys = Object.keys(JSON.parse(readFileSync(file, 'utf8')) as object);
      // The portal asks every module for its name, and for the words of its entries in the audit log.
      const isAsked = (key: string): boolean => key === 'module.name' || /^audit\.(?:action|subject|value|what)\./.test(key);
      expect(keys.filter((key) => !isAsked(key) && !isSaid(key))).to.deep.equal([]);
    });
  }

  // Those of the theme are looked at when it is built.
  it('every class of a sheet of a module is set by a view or a script', () => {
    const text = textOf(production);
    const names = namesIn(text);
    /** `pill-` of `pill-{{kind}}` and `'badge-' + kind`. */
    const families = [...text.matchAll(/([A-Za-z][\w-]*-)(?=\{\{|\$\{)/g)].map(([, start = '']) => start);
    /** Set by the editor's library. */
    const foreign = ['ProseMirror', 'selectedCell'];
    const classes = packages('modules').flatMap((folder) =>
      filesUnder(join(root, folder), /\.css$/).flatMap((path) =>
        [
          ...readFileSync(path, 'utf8')
            .replace(/\/\*[\s\S]*?\*\//g, '')
            .matchAll(/\.([A-Za-z][\w-]*)(?=[^{};]*\{)/g),
        ].map(([, name = '']) => `${relative(root, path)}: ${name}`),
      ),
    );
    const isSet = (name: string): boolean =>
      names.has(name) || families.some((start) => name.startsWith(start)) || foreign.some((start) => name.startsWith(start));
    expect([...new Set(classes)].filter((entry) => !isSet(entry.split(': ')[1] ?? ''))).to.deep.equal([]);
  });

  it('every value that a file exports is used by another, or by a test of what the file does with it', () => {
    const readers = [
      ...sources,
      ...['test', 'bench', 'scripts'].flatMap((folder) => filesUnder(join(root, folder), /\.(ts|mjs)$/)),
    ]
      // What passes a name on does not use it.
      .map((path) => ({ path, names: namesIn(readFileSync(path, 'utf8').replace(/^export (?:type )?\{[^}]*\} from .*/gm, '')) }));
    /** For authors of modules, for tests, and for the runner of migrations, who do not name what they use. */
    const open = /\/(api|testing|client|migrations|entities)\/|\/core\/libraries\/|\/index\.ts$|\.d\.ts$/;
    const unused = production
      .filter((path) => path.endsWith('.ts') && !open.test(path) && !path.startsWith(join(root, 'examples')))
      .flatMap((path) => {
        const text = readFileSync(path, 'utf8');
        return [...text.matchAll(/^export (?:abstract )?(?:async )?(?:class|const|function\*?|enum) (\w+)/gm)]
          .map(([, name = '']) => name)
          .filter((name) => {
            const users = readers.filter((reader) => reader.path !== path && reader.names.has(name));
            const ownUses = text.split(new RegExp(`\\b${name}\\b`)).length - 2;
            return !users.some((user) => !isTest(user.path)) && (users.length === 0 || ownUses === 0);
          })
          .map((name) => `${relative(root, path)}: ${name}`);
      });
    expect(unused).to.deep.equal([]);
  });
});
