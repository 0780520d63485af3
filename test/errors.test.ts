import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';

const root = resolve(import.meta.dirname, '../..');
const skipped = new Set(['dist', 'node_modules', 'test', 'fixtures']);

/** The sources of core and modules, as one text. */
function sourceOf(folder: string): string {
  return readdirSync(folder, { withFileTypes: true })
    .map((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return skipped.has(entry.name) ? '' : sourceOf(path);
      return entry.name.endsWith('.ts') ? readFileSync(path, 'utf8') : '';
    })
    .join('\n');
}

const source = ['core', 'modules'].map((folder) => sourceOf(join(root, folder))).join('\n');
const rows = readFileSync(join(root, 'docs/errors.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'));
const documented = rows.map((row) => /^\| `([^`]+)`/.exec(row)?.[1] ?? '');

describe('The table of errors', () => {
  it('has every code that the portal answers', () => {
    const thrown = new Set([...source.matchAll(/new PortalError\(\s*'([^']+)'/g)].map((match) => match[1] ?? ''));
    expect(thrown.size).to.be.greaterThan(60);
    expect([...thrown].filter((code) => !documented.includes(code))).to.deep.equal([]);
  });

  it('has the codes that packages declare, and no others: what is not declared does not compile', () => {
    const files = ['core', ...readdirSync(join(root, 'modules')).map((id) => join('modules', id))].flatMap((folder) =>
      ['api', 'services', 'server'].map((part) => join(root, folder, part, 'error-codes.ts')).filter((file) => existsSync(file)),
    );
    expect(files.length).to.be.greaterThan(6);
    const declared = files.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/'([a-z-]+)'/g)].map((match) => match[1] ?? ''),
    );
    expect([...new Set(declared)].filter((code) => !documented.includes(code))).to.deep.equal([]);
    const thrown = new Set([...source.matchAll(/new PortalError\(\s*'([^']+)'/g)].map((match) => match[1] ?? ''));
    expect([...thrown].filter((code) => !declared.includes(code))).to.deep.equal([]);
  });

  it('has each code once, and none that nobody answers', () => {
    expect(documented.filter((code, index) => documented.indexOf(code) !== index)).to.deep.equal([]);
    expect(documented.filter((code) => !source.includes(`'${code}'`))).to.deep.equal([]);
  });

  it('says of each code its status, what happened and what to do', () => {
    const incomplete = rows.filter((row) => !/^\| `[a-z][a-z-]*` +\| [1-5]\d\d[^|]* +\| [^|]{10,} \| [^|]{5,} \|$/.test(row));
    expect(incomplete).to.deep.equal([]);
  });
});
