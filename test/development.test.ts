import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { freePort, TestBrowser } from '@portico/core/testing';
import { expect } from 'chai';
import type { Page } from 'playwright-core';

const root = resolve(import.meta.dirname, '../..');
const left = new Set(['node_modules', '.git', 'data']);

/** A copy of the checkout as it is built, with the same packages, in which a test may edit what it likes. */
function copyOfCheckout(): string {
  const copy = mkdtempSync(join(tmpdir(), 'portico-checkout-'));
  const parts = readdirSync(root).filter((name) => !left.has(name));
  execFileSync('cp', ['-a', ...parts.map((part) => join(root, part)), copy]);
  mkdirSync(join(copy, 'node_modules/@portico'), { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules')))
    if (name !== '@portico') symlinkSync(join(root, 'node_modules', name), join(copy, 'node_modules', name));
  for (const name of ['core', ...readdirSync(join(copy, 'modules')).map((folder) => `modules/${folder}`)])
    symlinkSync(join(copy, name), join(copy, 'node_modules/@portico', relative('modules', name).replace('../', '')));
  return copy;
}

describe('npm run dev', function () {
  this.timeout(180_000);
  let checkout: string;
  let url: string;
  let dev: ChildProcess;
  let said = '';
  let browser: TestBrowser;
  let page: Page;

  const edit = async (file: string, change: (text: string) => string): Promise<void> => {
    const path = join(checkout, file);
    const text = await readFile(path, 'utf8');
    const changed = change(text);
    expect(changed, file).not.to.equal(text);
    await writeFile(path, changed);
  };
  /** The page comes to this by itself: nobody reloads it here. */
  const shows = (text: string): Promise<void> => page.getByText(text).first().waitFor({ timeout: 60_000 });
  /** Evaluated from outside, so that the page's content policy stays as it is; a page that is just loaded again has no answer. */
  const becomes = async (expression: string): Promise<void> => {
    for (let tries = 0; (await page.evaluate(expression).catch(() => false)) !== true; tries += 1) {
      if (tries === 600) throw new Error(`It does not become true: ${expression}`);
      await new Promise((done) => setTimeout(done, 100));
    }
  };
  const says = async (text: string): Promise<void> => {
    for (let tries = 0; !said.includes(text); tries += 1) {
      if (tries === 600) throw new Error(`It does not say "${text}": ${said}`);
      await new Promise((done) => setTimeout(done, 100));
    }
  };

  before(async () => {
    checkout = copyOfCheckout();
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const env = { ...process.env, PORT: String(port), PORTICO_HOME: join(checkout, 'data') };
    dev = spawn(process.execPath, [join(checkout, 'scripts/dev.mjs')], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const output of [dev.stdout, dev.stderr]) output?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await says('Edit something');
    browser = await TestBrowser.open();
    page = await browser.page({ url });
    await page.goto('/sign-in');
  });
  after(async () => {
    await browser?.close();
    if (dev?.exitCode === null) {
      dev.kill('SIGTERM');
      await once(dev, 'exit');
    }
    rmSync(checkout, { recursive: true, force: true });
  });

  it('makes a portal with demo content', () => {
    expect(said).to.match(/^Author: \S+, password /m);
    expect(said).to.contain(`Portico is ready at ${url}`);
  });

  it('shows an edited view', async () => {
    await edit('modules/identity/views/sign-in.hbs', (text) => `${text}<p>A sentence in the view</p>`);
    await shows('A sentence in the view');
  });

  it('says which view cannot be used, and goes on with the one before', async () => {
    await edit('modules/identity/views/sign-in.hbs', (text) => `${text}{{#if}}`);
    await says('The views of identity cannot be used');
    expect(await (await fetch(`${url}/sign-in`)).text()).to.contain('A sentence in the view');
    await edit('modules/identity/views/sign-in.hbs', (text) => text.replace('{{#if}}', '<p>Mended</p>'));
    await shows('Mended');
  });

  it('shows an edited layout', async () => {
    await edit('views/layouts/plain.hbs', (text) => text.replace('</body>', '<p>A sentence in the layout</p></body>'));
    await shows('A sentence in the layout');
  });

  it('shows an edited word', async () => {
    await edit('modules/identity/messages/en.json', (text) => text.replace('"Email Address"', '"Address of the letterbox"'));
    await shows('Address of the letterbox');
  });

  it('shows an edited style', async () => {
    await edit('core/client/theme/base.css', (text) => `${text}\nbody { outline: 7px solid rgb(1, 2, 3); }\n`);
    await becomes("getComputedStyle(document.body).outlineWidth === '7px'");
  });

  it('shows edited code, in the same process', async () => {
    const { pid } = await aboutPortal();
    await edit('modules/identity/http/sign-in-pages.ts', (text) =>
      text.replace('title: ctx.text(title)', "title: 'A title in the code'"),
    );
    await becomes("document.title.includes('A title in the code')");
    expect(await aboutPortal()).to.deep.equal({ pid });
  });

  it('starts a new process for code that modules share, and the page comes back by itself', async () => {
    const { pid } = await aboutPortal();
    await edit('modules/identity/api/index.ts', (text) => `${text}\n// Edited.\n`);
    await edit('modules/identity/views/sign-in.hbs', (text) => `${text}<p>After the start</p>`);
    await says('Starting the portal again.');
    await shows('After the start');
    expect((await aboutPortal()).pid).not.to.equal(pid);
  });

  it('keeps to the content security policy', () => {
    expect(browser.complaints.filter((complaint) => /Content Security Policy/i.test(complaint))).to.deep.equal([]);
  });

  const aboutPortal = async (): Promise<{ readonly pid: string }> => ({
    pid: (await readFile(join(checkout, 'data', pidFile()), 'utf8')).trim(),
  });
  const pidFile = (): string => readdirSync(join(checkout, 'data')).find((name) => name.endsWith('.pid')) ?? '';
});
