import { readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { eventually, TestBrowser } from '@portico/core/testing';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { Outside, type Ran } from './support/outside.js';

const root = resolve(import.meta.dirname, '../..');
const tutorial = readFileSync(join(root, 'docs/tutorial.md'), 'utf8');

/** Built, released, installed and tried as on another machine; on a busy one all of it takes minutes. */
const longest = 600_000;

/** As npx finds it. */
const command = 'node_modules/.bin/portico';

/** What the tutorial says, in its order: commands, files to write, and, in bold, what is seen then. */
type Step =
  | { readonly kind: 'command'; readonly line: string }
  | { readonly kind: 'file'; readonly file: string; readonly content: string }
  | { readonly kind: 'seen'; readonly words: string; readonly sentence: string };

describe('An outside author', function () {
  this.timeout(longest);
  let outside: Outside;
  let browser: TestBrowser;

  before(async () => {
    [outside, browser] = await Promise.all([Outside.create(), TestBrowser.open()]);
  });
  after(async () => {
    await browser?.close();
    await outside?.remove();
  });

  it('is given packages that hold nothing of this repository but what it delivers', async () => {
    const released = await readdir(outside.release);
    const packages = released.filter((name) => name.endsWith('.tgz'));
    expect(packages).to.include('portico-core-1.0.0.tgz').and.include('portico-testing-1.0.0.tgz');
    const { output } = await outside.run(
      `for f in *.tgz; do tar tzf $f | sed "s|^|$f |"; tar xzf $f -O | grep -aF -m1 -- '${root}/' && echo "$f names a path"; done`,
      outside.release,
    );
    const files = output.trim().split('\n');
    expect(files.length).to.be.greaterThan(500);
    // Beside the packages lies the list of what they are made of.
    expect(released.filter((name) => !name.endsWith('.tgz'))).to.deep.equal(['portico.cdx.json']);
    const delivered = files.filter((file) => !file.includes('/templates/'));
    expect(delivered.filter((file) => / names a path$|\/test\/|\.map$|\.tsbuildinfo$|stamp\.json$/.test(file))).to.deep.equal([]);
    // Nothing is said of themselves by what is no module: the command, and help for tests.
    const silent = packages.filter((name) => !files.includes(`${name} package/dist/api-catalog.json`));
    expect(silent.map((name) => name.replace(/-[\d.]+\.tgz$/, ''))).to.have.members(['portico', 'portico-testing']);
    // It needs examples of ours, which are not delivered.
    expect(files.filter((file) => /^portico-configuration-.* package\/dist\/testing\//.test(file))).to.deep.equal([]);
    const { output: manifest } = await outside.run(
      'tar xzf portico-configuration-*.tgz -O package/package.json',
      outside.release,
    );
    expect(Object.keys(JSON.parse(manifest).exports))
      .to.include('./api')
      .and.not.to.include('./testing');
  });

  describe('by the tutorial, word by word,', () => {
    const steps = stepsOf(tutorial);
    /** Where the tutorial begins to change what the template made. */
    const change = steps.findIndex(({ kind }) => kind === 'file');
    let page: Page;
    let reader: Reader;

    before(async () => {
      page = await browser.page({ url: `http://127.0.0.1:${outside.port}` });
      // What is waited for are compilers and portals that start.
      page.setDefaultTimeout(90_000);
      reader = new Reader(outside, page);
    });

    it('comes from nothing to a page in a portal of the module', async () => {
      expect(steps.map(({ kind }) => kind))
        .to.include('command')
        .and.include('file')
        .and.include('seen');
      for (const step of steps.slice(0, change)) await reader.follow(step);
    });

    it('sees an edited style, script and code in the page that is open', async () => {
      const edit = async (file: string, text: string, other: string): Promise<void> => {
        const path = join(outside.folder, 'my-modules/acme-scanner', file);
        const before = await readFile(path, 'utf8');
        expect(before, file).to.include(text);
        await writeFile(path, before.replace(text, other));
      };
      // A page that is just loaded again has no answer.
      const becomes = (expression: string): Promise<void> =>
        eventually(async () => (await page.evaluate(expression).catch(() => false)) === true, expression, 90);
      await edit('assets/page.css', 'border-top: 4px', 'border-top: 9px');
      await becomes("getComputedStyle(document.querySelector('.acme-scanner-page')).borderTopWidth === '9px'");
      await edit(
        'assets/page.ts',
        'connectedCallback(): void {',
        "connectedCallback(): void {\n    this.title = 'A tip in the script';",
      );
      await becomes("document.querySelector('acme-scanner-greeting').title === 'A tip in the script'");
      await edit('module.ts', "title: ctx.text('title')", "title: 'A title in the code'");
      await becomes("document.title.includes('A title in the code')");
      await edit('module.ts', "title: 'A title in the code'", "title: ctx.text('title')");
    });

    it('goes on to a page that is tested, packed and installed', async () => {
      for (const step of steps.slice(change)) await reader.follow(step);
    });
  });

  describe('begins with a template, and', () => {
    const templates = readdirSync(join(root, 'templates')).filter((name) => name !== 'base' && name !== 'page');
    const made = new Map<string, Promise<Ran>>();

    before(async () => {
      // Two at a time: each starts a portal and a browser.
      const waiting = [...templates];
      const lane = async (): Promise<void> => {
        for (let template = waiting.shift(); template !== undefined; template = waiting.shift()) {
          const work = tryTemplate(template);
          made.set(template, work);
          await work;
        }
      };
      await Promise.all([lane(), lane()]);
    });

    async function tryTemplate(template: string): Promise<Ran> {
      const home = join(outside.folder, 'my-modules');
      const id = `acme-${template}`;
      // What npx and the scripts of a package do is in the tutorial; here they would only take their time again.
      const create = await outside.run(
        `${command} create module ${id} --template ${template} --packages ${outside.release}`,
        home,
      );
      if (create.exitCode !== 0) return create;
      // Every module would be given the same packages.
      await symlink('../acme-scanner/node_modules', join(home, id, 'node_modules'));
      const tried = await outside.run(`npm test && ${command} module check && npm pack --ignore-scripts`, join(home, id));
      if (tried.exitCode !== 0) return tried;
      // The portal of the tutorial runs here.
      return outside.run(`${command} modules install ${id}/${id}-1.0.0.tgz --yes && ${command} modules why ${id}`, home);
    }

    it('there are nine', () => {
      expect(templates.length + 1).to.equal(9);
    });

    for (const template of templates)
      it(`${template} compiles, passes its tests and its check, packs, and runs where it is installed`, async () => {
        const { exitCode, output } = (await made.get(template)) ?? { exitCode: 1, output: 'It was not tried.' };
        expect(exitCode, output).to.equal(0);
        expect(output).to.include(`acme-${template} 1.0.0 is active.`);
      });
  });
});

/** Does what the tutorial says, in one terminal and one browser. */
class Reader {
  private folder: string;
  private readonly environment: Record<string, string> = {};

  constructor(
    private readonly outside: Outside,
    private readonly page: Page,
  ) {
    this.folder = outside.folder;
  }

  async follow(step: Step): Promise<void> {
    if (step.kind === 'command') return this.type(step.line);
    if (step.kind === 'file') return writeFile(join(this.folder, step.file), step.content);
    const address = /http:\/\/127\.0\.0\.1:8080(\/[\w-]+)/.exec(step.sentence)?.[1];
    if (address) await this.page.goto(address);
    else if (step.sentence.includes('Load the page again')) await this.page.reload();
    await this.page.getByText(step.words).filter({ visible: true }).first().waitFor();
  }

  private async type(line: string): Promise<void> {
    const [word, argument = ''] = line.split(' ');
    if (line === 'export PORTICO_RELEASE=/path/to/release') {
      this.environment.PORTICO_RELEASE = this.outside.release;
    } else if (word === 'cd') this.folder = join(this.folder, argument);
    else if (line === 'npm run dev' || line === 'npx portico start') {
      await this.outside.interrupt();
      await this.outside.begin(line, this.folder);
    } else {
      const { exitCode, output } = await this.outside.run(line, this.folder, this.environment);
      expect(exitCode, `${line}\n${output}`).to.equal(0);
    }
  }
}

function stepsOf(text: string): readonly Step[] {
  let file = '';
  return text.split(/^```/m).flatMap((part, index): readonly Step[] => {
    if (index % 2 === 1) {
      const [language, ...lines] = part.split('\n');
      if (language !== 'sh') return [{ kind: 'file', file, content: lines.join('\n') }];
      return lines.filter((line) => line !== '').map((line) => ({ kind: 'command', line }));
    }
    return part.split(/(?<=\.)\s/).flatMap((sentence) => {
      file = /into `([\w./-]+)`/.exec(sentence)?.[1] ?? file;
      return [...sentence.matchAll(/\*\*(.+?)\*\*/g)].map(([, words = '']): Step => ({ kind: 'seen', words, sentence }));
    });
  });
}
