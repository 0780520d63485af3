import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect } from 'chai';

const root = resolve(import.meta.dirname, '../..');
const skipped = new Set(['node_modules', 'dist', '.git', 'data', 'release']);
function filesIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}
const files = filesIn('.');
const scripts = Object.keys((JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object }).scripts);
const documents = files.filter((file) => file.endsWith('.md'));
const sources = files.filter((file) => /\.(?:ts|mjs|css|hbs)$/.test(file));

/** Files of an operator, which no repository has. */
const ofOperators = ['config/production.json', 'config/development.json'];

/** What a pattern finds and a rule refuses, each with its file and line. */
function wrong(
  where: readonly string[],
  pattern: RegExp,
  isFine: (found: string, file: string) => boolean,
  textOf = (line: string) => line,
): readonly string[] {
  return where.flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .flatMap((line, index) =>
        [...textOf(line).matchAll(pattern)]
          .map((match) => match[1] ?? '')
          .filter((found) => !isFine(found, file))
          .map((found) => `${file}:${index + 1} ${found}`),
      ),
  );
}

/** A path may begin anywhere: in the project, beside the document, or in the module that is meant. */
const isFile = (path: string, file: string): boolean =>
  ofOperators.includes(path) ||
  existsSync(join(root, dirname(file), path)) ||
  files.some((known) => known === path || known.endsWith(`/${path}`));

const commentOf = (line: string): string => /(?:^|\s)(?:\/\/|\/\*\*?|\*) (.*)/.exec(line)?.[1] ?? '';

describe('Documents', () => {
  it('link to what is there', () => {
    const link = /\]\(((?!https?:|mailto:|#)[^)#\s]+)/g;
    expect(wrong(documents, link, (path, file) => existsSync(join(root, dirname(file), path)))).to.deep.equal([]);
  });

  it('name files that are there', () => {
    const path = /`((?:[\w@-]+\/)+[\w.-]*\w\.(?:ts|mjs|css|hbs|json))`/g;
    const named = wrong(documents, path, () => false).length;
    expect(named).to.be.greaterThan(60);
    expect(wrong(documents, path, isFile)).to.deep.equal([]);
  });

  it('name scripts of npm that are there', () => {
    const script = /npm run (?:--silent )?([\w:-]+)/g;
    expect(wrong(documents, script, () => false).length).to.be.greaterThan(10);
    expect(wrong(documents, script, (name) => scripts.includes(name))).to.deep.equal([]);
  });

  it('have comments in the code that name files that are there', () => {
    const path = /(?<![\w/.<>*-])((?:[\w-]+\/)*[\w.-]*\w\.(?:ts|mjs|hbs|md))\b/g;
    expect(wrong(sources, path, () => false, commentOf).length).to.be.greaterThan(10);
    expect(wrong(sources, path, isFile, commentOf)).to.deep.equal([]);
  });

  it('have a comment with a subject above each column of an entity', () => {
    const entities = files.filter((file) => /^(?:modules\/[\w-]+\/entities|core\/persistence)\/[\w-]+\.ts$/.test(file));
    const columns = entities.flatMap((file) =>
      [
        ...readFileSync(join(root, file), 'utf8').matchAll(
          /^(.*)\n((?: {2}@[^\n]*\n(?: {4}[^\n]*\n| {2}\}\)\n)*)+) {2}(\w+)!:/gm,
        ),
      ].map(([, before = '', , column]) => ({ name: `${file} ${column}`, before })),
    );
    expect(columns.length).to.be.greaterThan(180);
    expect(columns.filter(({ before }) => !before.endsWith('*/')).map(({ name }) => name)).to.deep.equal([]);
  });

  it('of modules name what their module offers and hosts', () => {
    const manifests = files.filter((file) => /^modules\/[\w-]+\/package\.json$/.test(file));
    expect(manifests.length).to.be.greaterThan(10);
    const missing = manifests.flatMap((file) => {
      const { portico } = JSON.parse(readFileSync(join(root, file), 'utf8')) as {
        portico: { readonly provides?: object; readonly hosts?: object };
      };
      const text = readFileSync(join(root, dirname(file), 'README.md'), 'utf8');
      const offered = [...Object.keys(portico.provides ?? {}), ...Object.keys(portico.hosts ?? {})];
      return offered.filter((id) => !text.includes(`\`${id}\``)).map((id) => `${dirname(file)} ${id}`);
    });
    expect(missing).to.deep.equal([]);
  });

  it('draw the folders of the core as they are', () => {
    const drawn = new Set(
      (/core\/ .*?\n([\s\S]*?)\n {4}modules\//.exec(readFileSync(join(root, 'docs/architecture.md'), 'utf8'))?.[1] ?? '')
        .split('\n')
        .flatMap((line) => [...line.matchAll(/(?:^| )([\w-]+)\/(?= |$)/g)].map((match) => match[1] ?? '')),
    );
    const there = new Set(files.flatMap((file) => /^core\/([\w-]+)\//.exec(file)?.[1] ?? []));
    expect([...drawn].sort()).to.deep.equal([...there].sort());
  });
});
