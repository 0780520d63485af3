import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import Koa from 'koa';
import type { Browser, Page } from 'playwright-core';
import type { RenderOptions } from '../../api/index.js';
import { MessageCatalog } from '../../messages/index.js';
import { launchChromium } from '../../testing/index.js';
import { Assets, Views } from '../../views/index.js';
import { menuItem, noContributions, pageState, portalViews, silentLog, someContributions, TestFolder } from './view-portal.js';

const page = `
  <portico-menu><details class="dropdown">
    <summary class="btn btn-primary" role="button">New</summary>
    <ul class="dropdown-menu">
      <li><a class="dropdown-item" href="/upload">File Upload</a></li>
      <li><a class="dropdown-item" href="/folder" data-dialog="Folder">Folder</a></li>
      <li><a class="dropdown-item" href="/broken" data-dialog="Broken">Broken</a></li>
    </ul>
  </details></portico-menu>
  <portico-menu data-entries="row-entries" data-name="Sky {1}"><form action="/row/1"><button class="btn" aria-label="Actions for Sky">…</button></form></portico-menu>
  <template id="row-entries">
    <li><a class="dropdown-item" href="{href}/download" download>Download</a></li>
    <li><a class="dropdown-item" href="{href}/delete" data-dialog="Delete {name}">Delete</a></li>
  </template>
  <portico-tabs>
    <ul role="tablist" aria-label="Types">
      <li role="presentation"><a role="tab" id="one-tab" aria-selected="true" aria-controls="one" href="/page">One</a></li>
      <li role="presentation"><a role="tab" id="two-tab" aria-selected="false" aria-controls="two" href="/page">Two</a></li>
    </ul>
    <div role="tabpanel" id="one" aria-labelledby="one-tab">First panel</div>
    <div role="tabpanel" id="two" aria-labelledby="two-tab" hidden>Second panel</div>
  </portico-tabs>
  <form method="post" action="/deleted" data-confirm="Delete it?" data-confirm-label="Delete"><button>Remove</button></form>`;
const folderForm = `<form class="dialog-form" method="post" action="/folder">
  <div class="modal-body">{{> field id='name' name='name' label='Name' value=name error=error}}</div>
  <div class="modal-footer"><button class="btn" type="button" data-close>Cancel</button><button class="btn btn-primary">Save</button></div>
</form>`;

/** The portal's elements in a real browser, on pages of a small server of their own. */
describe('Elements of the portal', function () {
  this.timeout(60_000);
  let folder: TestFolder;
  let server: Server;
  let browser: Browser;
  let base: string;
  const posts: string[] = [];

  before(async () => {
    folder = new TestFolder().write('views/page.hbs', page).write('views/folder.hbs', folderForm);
    const assets = new Assets({ log: silentLog });
    await assets.load();
    const views = new Views({
      menuItems: someContributions([
        menuItem('docs', { label: 'portal.search', href: '~/docs' }),
        menuItem('set', { label: 'portal.save', href: '/settings', menu: 'control-panel' }),
      ]),
      personalMenuItems: noContributions(),
      sites: { get: () => undefined },
      messages: new MessageCatalog({ log: silentLog }),
      assets,
      viewsFolder: portalViews,
      log: silentLog,
    });
    await views.load({ id: 'demo', folder: folder.path, manifest: {} });
    const app = new Koa();
    app.use(assets.middleware);
    app.use(async (ctx) => {
      const show = (view: string, model: object, options: RenderOptions): void => {
        ctx.type = 'html';
        const { said } = ctx.query as { said?: 'success' | 'warning' | 'danger' };
        ctx.body = views.render(
          'demo',
          view,
          model,
          options,
          pageState({ flash: said && { kind: said, sentence: `Said: ${said}.` } }),
        );
      };
      const layout = ctx.get('X-Portico-Fragment') === '1' ? 'none' : 'page';
      if (ctx.method === 'POST') {
        const chunks: Buffer[] = [];
        for await (const chunk of ctx.req) chunks.push(chunk as Buffer);
        const body = Buffer.concat(chunks).toString();
        posts.push(`${ctx.path} ${ctx.get('X-Portico-Csrf')} ${body}`.trim());
        if (ctx.path === '/folder' && body === 'name=') {
          ctx.status = 400;
          show('folder', { name: '', error: 'Enter a name.' }, { layout });
        } else if (ctx.path === '/folder' && body === 'name=lost') ctx.throw(500);
        else ctx.redirect('/page?done');
      } else if (ctx.path === '/broken') ctx.throw(500);
      else show(ctx.path === '/folder' ? 'folder' : 'page', {}, { title: 'Test', layout });
    });
    app.silent = true;
    server = createServer(app.callback()).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await launchChromium();
  });

  after(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
    folder.remove();
  });

  /** Here the Product Menu is a drawer; where there is room it stands open beside the page. */
  const telephone = { width: 390, height: 844 };

  interface VisitOptions {
    readonly javaScriptEnabled?: boolean;
    readonly viewport?: { readonly width: number; readonly height: number };
  }

  async function visit(work: (page: Page) => Promise<void>, options: VisitOptions = {}): Promise<void> {
    const context = await browser.newContext({ ...options, reducedMotion: 'reduce' });
    try {
      const opened = await context.newPage();
      opened.setDefaultTimeout(10_000);
      await opened.goto(`${base}/page`);
      await work(opened);
    } finally {
      await context.close();
    }
  }

  const focused = (opened: Page): Promise<string> =>
    opened.evaluate('(document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent).trim()');

  /** Focus comes back in a turn of the browser's own after a dialog is closed. */
  const focusReturnsTo = async (opened: Page, name: string): Promise<void> => {
    await opened.waitForFunction(`document.activeElement.textContent.trim() === ${JSON.stringify(name)}`);
  };

  it('open the menu upwards where there is no room below', () =>
    visit(async (opened) => {
      const height = opened.viewportSize()?.height ?? 0;
      await opened.addStyleTag({
        content: `portico-menu:not([data-entries]) { display: block; position: absolute; top: ${height - 60}px; }`,
      });
      await opened.getByRole('button', { name: 'New' }).click();
      const box = await opened.getByRole('menu', { name: 'New' }).boundingBox();
      expect((box?.y ?? 0) + (box?.height ?? 0)).to.be.within(1, height);
    }));

  it('let the menu be used with the keyboard alone', () =>
    visit(async (opened) => {
      const button = opened.getByRole('button', { name: 'New' });
      await button.focus();
      await opened.keyboard.press('ArrowDown');
      await opened.getByRole('button', { name: 'New', expanded: true }).waitFor();
      expect(await focused(opened)).to.equal('File Upload');
      await opened.keyboard.press('ArrowUp');
      expect(await focused(opened)).to.equal('Broken');
      await opened.keyboard.press('f');
      expect(await focused(opened)).to.equal('File Upload');
      await opened.keyboard.press('End');
      expect(await focused(opened)).to.equal('Broken');
      await opened.keyboard.press('Escape');
      expect(await focused(opened)).to.equal('New');
      expect(await opened.getByRole('menu', { name: 'New' }).isVisible()).to.equal(false);
    }));

  it('fill the menu of a row with the entries that all rows share', () =>
    visit(async (opened) => {
      const button = opened.getByRole('button', { name: 'Actions for Sky' });
      await button.focus();
      await opened.keyboard.press('Enter');
      const menu = opened.getByRole('menu', { name: 'Actions for Sky' });
      await menu.waitFor();
      expect(await menu.getByRole('menuitem').allTextContents()).to.deep.equal(['Download', 'Delete']);
      await opened.keyboard.press('ArrowDown');
      expect(await focused(opened)).to.equal('Download');
      expect(await menu.getByRole('menuitem', { name: 'Download' }).getAttribute('href')).to.equal('/row/1/download');
      await opened.keyboard.press('Escape');
      expect(await focused(opened)).to.equal('Actions for Sky');
      await opened.keyboard.press('ArrowUp');
      expect(await focused(opened)).to.equal('Delete');
      await opened.keyboard.press('Enter');
      await opened.getByRole('dialog', { name: 'Delete Sky {1}' }).waitFor();
    }));

  it('keep the focus inside a dialog and give it back on Escape', () =>
    visit(async (opened) => {
      await opened.getByRole('button', { name: 'New' }).click();
      await opened.getByRole('menuitem', { name: 'Folder' }).click();
      const dialog = opened.getByRole('dialog', { name: 'Folder' });
      await dialog.getByLabel('Name').waitFor();
      const inside: boolean[] = [];
      for (let step = 0; step < 6; step += 1) {
        await opened.keyboard.press('Tab');
        inside.push(await opened.evaluate<boolean>('document.querySelector("dialog").contains(document.activeElement)'));
      }
      expect(inside).to.deep.equal([true, true, true, true, true, true]);
      await opened.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      await focusReturnsTo(opened, 'New');
    }));

  it('close a dialog by its button named Close and by Cancel', () =>
    visit(async (opened) => {
      for (const name of ['Close', 'Cancel']) {
        await opened.getByRole('button', { name: 'New' }).click();
        await opened.getByRole('menuitem', { name: 'Folder' }).click();
        const dialog = opened.getByRole('dialog', { name: 'Folder' });
        await dialog.getByLabel('Name').waitFor();
        await dialog.getByRole('button', { name, exact: true }).click();
        await dialog.waitFor({ state: 'detached' });
        await focusReturnsTo(opened, 'New');
      }
    }));

  it('show the errors of a form in its dialog, keep what was typed when nothing can be sent, and follow when it is done', () =>
    visit(async (opened) => {
      await opened.getByRole('button', { name: 'New' }).click();
      await opened.getByRole('menuitem', { name: 'Folder' }).click();
      const dialog = opened.getByRole('dialog', { name: 'Folder' });
      await dialog.getByRole('button', { name: 'Save' }).click();
      await dialog.getByText('Enter a name.').waitFor();
      await dialog.getByLabel('Name').fill('lost');
      await dialog.getByRole('button', { name: 'Save' }).click();
      await dialog.getByRole('alert').waitFor();
      expect(await dialog.getByLabel('Name').inputValue()).to.equal('lost');
      await dialog.getByLabel('Name').fill('Pictures');
      await dialog.getByRole('button', { name: 'Save' }).click();
      await opened.waitForURL(`${base}/page?done`);
      expect(posts.at(-1)).to.equal('/folder tok"en name=Pictures');
    }));

  it('say what happened when a dialog cannot be opened, and offer to try again', () =>
    visit(async (opened) => {
      await opened.getByRole('button', { name: 'New' }).click();
      await opened.getByRole('menuitem', { name: 'Broken' }).click();
      const dialog = opened.getByRole('dialog', { name: 'Broken' });
      await dialog.getByRole('alert').waitFor();
      await dialog.getByRole('button', { name: 'Try again' }).waitFor();
      await dialog.getByRole('button', { name: 'Close' }).last().click();
      await dialog.waitFor({ state: 'detached' });
    }));

  it('move between tabs with the arrow keys', () =>
    visit(async (opened) => {
      await opened.getByRole('tab', { name: 'One' }).focus();
      await opened.keyboard.press('ArrowRight');
      expect(await opened.getByRole('tab', { name: 'Two' }).getAttribute('aria-selected')).to.equal('true');
      expect(await opened.getByText('Second panel').isVisible()).to.equal(true);
      expect(await opened.getByText('First panel').isVisible()).to.equal(false);
    }));

  it('ask before something is destroyed', () =>
    visit(async (opened) => {
      const before = posts.length;
      await opened.getByRole('button', { name: 'Remove' }).click();
      const question = opened.getByRole('alertdialog');
      await question.getByText('Delete it?').waitFor();
      await question.getByRole('button', { name: 'Cancel' }).click();
      expect(posts).to.have.length(before);
      await focusReturnsTo(opened, 'Remove');
      await opened.getByRole('button', { name: 'Remove' }).click();
      await question.getByRole('button', { name: 'Delete' }).click();
      await opened.waitForURL(`${base}/page?done`);
      expect(posts).to.have.length(before + 1);
    }));

  it('open and close the menus of the header by keyboard', () =>
    visit(
      async (opened) => {
        for (const [name, link] of [
          ['Product Menu', 'Search'],
          ['Global Menu', 'Save'],
        ] as const) {
          const button = opened.getByRole('button', { name });
          await button.focus();
          await opened.keyboard.press('Enter');
          await opened.getByRole('link', { name: link }).waitFor();
          await opened.getByRole('button', { name, expanded: true }).waitFor();
          await opened.keyboard.press('Tab');
          await opened.keyboard.press('Escape');
          await opened.getByRole('link', { name: link }).waitFor({ state: 'hidden' });
          expect(await focused(opened)).to.equal(name);
        }
      },
      { viewport: telephone },
    ));

  it('let the menu of the site stand beside the page where there is room', () =>
    visit(async (opened) => {
      const menu = opened.getByRole('navigation', { name: 'Product Menu' });
      await menu.getByRole('link', { name: 'Search' }).waitFor();
      // The button that opens the menu elsewhere leads into it here, and hides nothing.
      await opened.getByRole('button', { name: 'Product Menu', expanded: true }).click();
      await menu.locator('a:focus').waitFor();
      await opened.setViewportSize(telephone);
      await menu.waitFor({ state: 'hidden' });
      await opened.getByRole('button', { name: 'Product Menu' }).click();
      await menu.getByRole('button', { name: 'Close' }).click();
      await menu.waitFor({ state: 'hidden' });
    }));

  it('let what was done go by itself, and keep what warns until it is closed', () =>
    visit(async (opened) => {
      await opened.clock.install();
      for (const [said, goes] of [
        ['success', true],
        ['warning', false],
        ['danger', false],
      ] as const) {
        await opened.goto(`${base}/page?said=${said}`);
        const note = opened.getByRole('status').locator('.toast-one', { hasText: `Said: ${said}.` });
        await opened.clock.runFor(1000);
        const close = note.getByRole('button', { name: 'Dismiss' });
        await close.waitFor();
        await opened.clock.runFor(60_000);
        expect(await note.count(), said).to.equal(goes ? 0 : 1);
        if (!goes) await close.press('Enter');
        expect(await note.count(), said).to.equal(0);
      }
    }));

  it('keep what warns where scripts are off, too', () =>
    visit(
      async (opened) => {
        const animations = new Map<string, string>();
        for (const said of ['success', 'warning', 'danger']) {
          await opened.goto(`${base}/page?said=${said}`);
          const note = opened.getByRole('status').getByText(`Said: ${said}.`);
          await note.waitFor();
          animations.set(said, await opened.evaluate("getComputedStyle(document.querySelector('.toast-one')).animationName"));
        }
        expect(Object.fromEntries(animations)).to.deep.equal({ success: 'leave', warning: 'none', danger: 'none' });
      },
      { javaScriptEnabled: false },
    ));

  it('are links and forms where scripts are off', () =>
    visit(
      async (opened) => {
        await opened.getByRole('button', { name: 'Actions for Sky' }).click();
        await opened.waitForURL(`${base}/row/1?`);
        await opened.getByRole('button', { name: 'Product Menu' }).click();
        await opened.getByRole('link', { name: 'Search' }).waitFor();
        await opened.getByRole('button', { name: 'Close' }).click();
        await opened.getByRole('button', { name: 'New' }).click();
        await opened.getByRole('link', { name: 'Folder' }).click();
        await opened.getByLabel('Name').fill('Plain');
        await opened.getByRole('button', { name: 'Save' }).click();
        await opened.waitForURL(`${base}/page?done`);
      },
      { javaScriptEnabled: false, viewport: telephone },
    ));
});
