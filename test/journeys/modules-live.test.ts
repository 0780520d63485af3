import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { accessibilityFaults, startTestPortal, TestBrowser, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { answering, ModulePackages } from '../support/module-packages.js';

const hello = fileURLToPath(new URL('../../../examples/hello-module', import.meta.url));

/** What others see meanwhile: every answer that is not the page they asked for. */
class Visitors {
  readonly wrong: string[] = [];
  requests = 0;
  private isOver = false;
  private readonly running: Promise<void>;

  constructor(portal: TestPortal, path: string) {
    this.running = this.visit(portal, path);
  }

  async leave(): Promise<void> {
    this.isOver = true;
    await this.running;
  }

  private async visit(portal: TestPortal, path: string): Promise<void> {
    const agent = portal.agent();
    while (!this.isOver) {
      const { status, text } = await agent.get(path);
      this.requests += 1;
      if (status !== 200 || !text.includes('</html>')) this.wrong.push(`${status} ${text.slice(0, 80)}`);
    }
  }
}

describe('Modules, live in a browser', function () {
  this.timeout(180_000);
  let packages: ModulePackages;
  let portal: TestPortal;
  let browser: TestBrowser;
  before(async () => {
    packages = await ModulePackages.create();
    portal = await startTestPortal();
    browser = await TestBrowser.open();
  });
  after(async () => {
    await browser?.close();
    await portal?.stop();
    await packages?.remove();
  });

  const helloPackage = async (version: string): Promise<string> => {
    const json = JSON.parse(await readFile(join(hello, 'package.json'), 'utf8')) as { readonly portico: object };
    const code = await readFile(join(hello, 'dist/module.js'), 'utf8');
    const messages = await readFile(join(hello, 'messages/en.json'), 'utf8');
    const files = { 'dist/module.js': code.replace('Hello, it is', `Hello ${version}, it is`), 'messages/en.json': messages };
    return packages.pack({
      id: 'hello',
      version,
      manifest: json.portico,
      json: { exports: { '.': './dist/module.js' } },
      files,
    });
  };
  const faults = async (page: Page): Promise<void> => {
    expect(await accessibilityFaults(page), page.url()).to.deep.equal([]);
  };
  const widths = async (page: Page): Promise<boolean> =>
    page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth');

  it('installs hello from a file while others read, shows its menu item, updates, rolls back and removes it', async () => {
    const others = new Visitors(portal, '/web/home');
    const admin = await browser.page(portal, { person: portal.administrator });
    const reader = await browser.page(portal, { person: portal.administrator });
    await admin.goto('/configuration/modules');
    await admin.getByRole('link', { name: 'Install Module' }).click();
    await faults(admin);
    await admin
      .getByLabel('File', { exact: false })
      .first()
      .setInputFiles(await helloPackage('1.0.0'));
    await admin.getByRole('button', { name: 'Continue' }).focus();
    await admin.keyboard.press('Enter');
    await admin.getByRole('heading', { name: 'Install Hello 1.0.0' }).waitFor();
    await admin.getByText('acme.hello').first().waitFor();
    expect(await admin.getByRole('listitem').filter({ hasText: 'Menu items' }).textContent()).to.include('New: Hello');
    await faults(admin);
    await admin.getByRole('button', { name: 'Install' }).focus();
    await admin.keyboard.press('Enter');
    await admin.getByRole('heading', { name: 'Hello 1.0.0 is installed' }).waitFor();
    await faults(admin);
    expect((await portal.command(['flags', 'set', 'acme.hello', 'on'])).exitCode).to.equal(0);

    await reader.goto('/web/home');
    await reader.getByRole('link', { name: 'Hello' }).click();
    await reader.getByText('Hello 1.0.0, it is').waitFor();

    await admin.getByRole('link', { name: 'Open Hello' }).click();
    await faults(admin);
    await admin.getByRole('link', { name: 'Update Hello' }).click();
    await admin
      .getByLabel('File', { exact: false })
      .first()
      .setInputFiles(await helloPackage('1.1.0'));
    await admin.getByRole('button', { name: 'Continue' }).click();
    await admin.getByRole('heading', { name: 'Update Hello to 1.1.0' }).waitFor();
    await admin.getByRole('button', { name: 'Update' }).click();
    await admin.getByRole('heading', { name: 'Hello is updated to 1.1.0' }).waitFor();
    await reader.goto('/hello');
    await reader.getByText('Hello 1.1.0, it is').waitFor();

    await admin.getByRole('link', { name: 'Open Hello' }).click();
    await admin.getByRole('link', { name: 'Roll Back Hello' }).click();
    await admin.getByRole('heading', { name: 'Roll Hello back to 1.0.0' }).waitFor();
    await admin.getByRole('button', { name: 'Roll Back' }).click();
    await admin.getByRole('heading', { name: 'Hello is back at 1.0.0' }).waitFor();
    await reader.reload();
    await reader.getByText('Hello 1.0.0, it is').waitFor();

    await admin.getByRole('link', { name: 'Open Hello' }).click();
    await admin.getByRole('link', { name: 'Remove Hello' }).click();
    await admin.getByRole('heading', { name: 'Remove Hello?' }).waitFor();
    await faults(admin);
    await admin.getByRole('button', { name: 'Remove' }).click();
    await admin.getByRole('heading', { name: 'Hello 1.0.0 is removed' }).waitFor();
    await reader.goto('/web/home');
    expect(await reader.getByRole('link', { name: 'Hello' }).count()).to.equal(0);
    await others.leave();
    expect(others.wrong).to.deep.equal([]);
    expect(others.requests).to.be.greaterThan(10);
    expect(browser.complaints).to.deep.equal([]);
  });

  it('does all of it without scripts, on a narrow window', async () => {
    const admin = await browser.page(portal, { person: portal.administrator, javaScript: false, width: 390 });
    await admin.goto('/configuration/packages/new');
    await admin
      .getByLabel('File', { exact: false })
      .first()
      .setInputFiles(await packages.pack({ id: 'plain' }));
    await admin.getByRole('button', { name: 'Continue' }).click();
    await admin.getByRole('heading', { name: 'Install Plain 1.0.0' }).waitFor();
    await admin.getByRole('button', { name: 'Install' }).click();
    await admin.getByRole('heading', { name: 'Plain 1.0.0 is installed' }).waitFor();
    await admin.getByRole('link', { name: 'Open Plain' }).click();
    await admin.getByRole('link', { name: 'Remove Plain' }).click();
    await admin.getByRole('button', { name: 'Remove' }).click();
    await admin.getByRole('heading', { name: 'Plain 1.0.0 is removed' }).waitFor();
    const narrow = await browser.page(portal, { person: portal.administrator, width: 390 });
    await narrow.goto('/configuration/packages/new');
    expect(await widths(narrow)).to.equal(true);
    await narrow
      .getByLabel('File', { exact: false })
      .first()
      .setInputFiles(await helloPackage('3.0.0'));
    await narrow.getByRole('button', { name: 'Continue' }).click();
    await narrow.getByRole('heading', { name: 'Install Hello 3.0.0' }).waitFor();
    expect(await widths(narrow)).to.equal(true);
    await faults(narrow);
  });

  it('says when code that was replaced adds up in memory', async () => {
    const page = await browser.page(portal, { person: portal.administrator });
    for (let patch = 0; patch <= 10; patch += 1) {
      const version = `1.0.${patch}`;
      const file = await packages.pack({ id: 'often', version, files: { 'module.js': answering('often', version) } });
      const done = await portal.command(['modules', patch === 0 ? 'install' : 'update', file]);
      expect(done.exitCode, done.err).to.equal(0);
    }
    await page.goto('/configuration/modules');
    await page.getByText(/versions of modules that were replaced or removed .* are still in its memory/).waitFor();
    await faults(page);
  });

  /** A module with a page, a form, a dialog, a script and a style of its own. */
  const desk = (version: string, field: string, more: string): Promise<string> =>
    packages.pack({
      id: 'desk',
      version,
      files: {
        'dist/assets/desk.js': `document.documentElement.dataset.desk = '${version}';`,
        'dist/assets/desk.css': `.desk-note::after { content: 'style ${version}'; }`,
        'views/desk.hbs': `{{script 'desk.js'}}{{style 'desk.css'}}<h1>Desk ${version}</h1><p class="desk-note"></p>
          <form method="post" action="/desk/notes">{{{csrf}}}<input type="hidden" name="${field}" value="hello"><button>Save</button></form>
          <a href="/desk/form" data-dialog="Form">Ask</a> <a href="/desk/old">Old list</a>`,
        'views/form.hbs': `{{script 'desk.js'}}<div class="modal-body">Form ${version}</div>`,
        'module.js': `import * as core from '@portico/core';
          class Pages {
            prefix = '/desk';
            register(router) {
              router.get('/', { access: 'signed-in' }, (ctx) => ctx.render('desk', {}, { title: 'Desk' }));
              router.get('/form', { access: 'signed-in' }, (ctx) => ctx.render('form', {}, { title: 'Form', layout: 'none' }));
              router.post('/notes', { access: 'signed-in', body: core.z.strictObject({ ${field}: core.z.string() }) }, (ctx) => ctx.redirectWith('/desk', 'Saved.'));
              ${more}
            }
          }
          core.injectable()(Pages);
          export default core.defineModule(({ contribute }) => contribute(core.HttpRoutes).to(Pages));`,
      },
    });

  it('tells a page of the former version that it is old, and never mixes scripts and styles of two', async () => {
    const old = `router.get('/old', { access: 'signed-in' }, (ctx) => ctx.render('desk', {}, { title: 'Old' }));`;
    expect((await portal.command(['modules', 'install', await desk('1.0.0', 'note', old)])).exitCode).to.equal(0);
    const open = async (): Promise<Page> => {
      const page = await browser.page(portal, { person: portal.administrator });
      await page.goto('/desk');
      await page.getByRole('heading', { name: 'Desk 1.0.0' }).waitFor();
      return page;
    };
    const [form, dialog, link] = [await open(), await open(), await open()];
    const ofDesk = (page: Page): Promise<readonly string[]> =>
      page.evaluate(
        `[...document.querySelectorAll('script[src], link[rel=stylesheet]')].map((each) => each.src ?? each.href).map((each) => new URL(each).pathname).filter((each) => each.startsWith('/assets/desk/'))`,
      );
    const before = await ofDesk(form);
    expect(before.length).to.equal(2);
    const updated = await portal.command(['modules', 'update', await desk('2.0.0', 'text', '')]);
    expect(updated.exitCode, updated.err).to.equal(0);
    const isOld = /Desk was updated to version 2\.0\.0, and the page that you came from is older/;

    for (const address of before) expect((await portal.agent().get(address)).status, 'pages are open').to.equal(200);
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByText(isOld).waitFor();
    await link.getByRole('link', { name: 'Old list' }).click();
    await link.getByText(/Desk was updated to version 2\.0\.0, and the page that you came from may be older/).waitFor();
    await dialog.getByRole('link', { name: 'Ask' }).click();
    await dialog.getByText('This page is older than an update').waitFor();
    expect(await dialog.evaluate('document.documentElement.dataset.desk')).to.equal('1.0.0');
    await dialog.getByRole('button', { name: 'Load Again' }).click();
    await dialog.getByRole('heading', { name: 'Desk 2.0.0' }).waitFor();
    const after = await ofDesk(dialog);
    expect(after.length).to.equal(2);
    expect(after.filter((address) => before.includes(address))).to.deep.equal([]);
    expect(await dialog.evaluate('document.documentElement.dataset.desk')).to.equal('2.0.0');
    await dialog.getByRole('link', { name: 'Ask' }).click();
    await dialog.getByText('Form 2.0.0').waitFor();
    await dialog.goto('/desk');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('Saved.').waitFor();
  });
});
