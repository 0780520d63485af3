import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';

const root = resolve(import.meta.dirname, '../..');

interface Answer {
  readonly exitCode: number;
  readonly err: string;
}

function run(script: string, ...args: readonly string[]): Promise<Answer> {
  return new Promise((answer) => {
    execFile(process.execPath, [join(root, 'scripts', script), ...args], { cwd: root }, (error, _, err) =>
      answer({ exitCode: error ? Number(error.code) : 0, err }),
    );
  });
}

describe('What packages promise', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portico-reports-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('stands in docs/api as it is exported', async () => {
    expect(await run('api-reports.mjs')).to.deep.equal({ exitCode: 0, err: '' });
    const reports = await readdir(join(root, 'docs/api'));
    expect(reports).to.include.members(['core.txt', 'core-client.txt', 'core-testing.txt', 'sites-api.txt']);
    expect(reports, 'of tests of this repository alone').not.to.include('configuration-testing.txt');
  });

  it('cannot change unnoticed: the report that differs is named, with the line', async () => {
    await cp(join(root, 'docs/api'), folder, { recursive: true });
    const file = join(folder, 'core.txt');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('    readonly badge', '').replace('    readonly href: string;\n', ''));
    await rm(join(folder, 'sites-api.txt'));
    await writeFile(join(folder, 'gone-api.txt'), '');
    const { exitCode, err } = await run('api-reports.mjs', '--reports', folder);
    expect(exitCode).to.equal(1);
    expect(err).to.match(/core\.txt:\d+\n {2}- .*\n {2}\+ {5}readonly href: string;/);
    expect(err).to.include('sites-api.txt').and.to.include('gone-api.txt reports a package that is not there');
  });

  it('stands in docs/catalogue.md', async () => {
    expect(await run('catalogue.mjs')).to.deep.equal({ exitCode: 0, err: '' });
  });

  it('is said about each point and service, in words', async () => {
    const page = await readFile(join(root, 'docs/catalogue.md'), 'utf8');
    const sections = page.split(/^### /m).slice(1);
    const silent = sections
      .filter((section) => /^[^\n]+\n\n[^\n]+\n\n(?:```|#|$)/.test(section))
      .map((section) => section.split('\n')[0]);
    expect(silent).to.deep.equal([]);
  });
});
