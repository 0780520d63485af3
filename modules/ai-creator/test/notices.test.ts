import { SiteDirectory } from '@portico/core';
import { accessibilityFaults, TestBrowser } from '@portico/core/testing';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { author, type CreatorPortal, type GenerationAnswer, startCreatorPortal } from './creator-portal.js';

const elsewhere = '/web/home/web-content';
const ready = 'Your AI image is ready: a lighthouse at dusk';

describe('what other pages say about images that are being made', () => {
  let creator: CreatorPortal;
  beforeEach(async () => {
    creator = await startCreatorPortal();
  });
  afterEach(() => creator.stop());

  const html = async (path = elsewhere, as = creator.visitor): Promise<string> =>
    (await as.get(path).set('Accept', 'text/html')).text;
  const badge = async (path?: string, as = creator.visitor): Promise<string | undefined> =>
    /<span>My recent generations<\/span><span class="badge [^>]*><span class="badge-item badge-item-expand">\d+<\/span><\/span><span class="sr-only"> ([^<]+)</.exec(
      await html(path, as),
    )?.[1];
  const made = async (fields: object = {}): Promise<string> => {
    const { body } = await creator.create(fields);
    await creator.settled(body.id as string);
    return body.id as string;
  };

  it('is nothing while there is nothing: no script, no badge', async () => {
    expect(await html())
      .to.not.contain('generation-notices')
      .and.to.not.contain('badge');
  });

  it('is a number at the menu entry, without scripts, in this site and for this person alone', async () => {
    creator.sandbox.next({ name: 'slow', millis: 1000 });
    const { body } = await creator.create();
    expect(await badge()).to.equal('1 in progress');
    const id = body.id as string;
    await creator.settled(id);
    expect(await badge()).to.equal('1 ready');
    await made();
    expect(await badge()).to.equal('2 ready');
    const administrator = await creator.portal.signIn();
    expect(await badge(elsewhere, administrator)).to.equal(undefined);
    await creator.portal.command(['sites', 'add', '--name', 'Guide', '--address', 'guide']);
    expect(creator.portal.service(SiteDirectory).byAddress('guide')).to.not.equal(undefined);
    expect(await html('/web/guide', administrator)).to.not.contain('generation-notices');
    await creator.addAll(await creator.settled(id));
    expect(await badge()).to.equal('1 ready');
  });

  it('is known after the module was stopped and started', async () => {
    await made();
    await creator.portal.modules.stop('ai-creator');
    expect(await html()).to.not.contain('generation-notices');
    await creator.portal.modules.start('ai-creator');
    expect(await badge()).to.equal('1 ready');
  });

  it('is told to scripts: what runs, the number, and what came to an end within the hour', async () => {
    const id = await made();
    const two = await made({ description: 'two lighthouses', count: '2' });
    creator.sandbox.next('moderation-blocked');
    const failed = await made({ description: 'something else' });
    creator.sandbox.next({ name: 'slow', millis: 5000 });
    const cancelled = await creator.create();
    await creator.portal.post(creator.visitor, `/web/home/ai-creator/generations/${cancelled.body.id as string}/cancel`);
    await creator.settled(cancelled.body.id as string);
    const { body } = await creator.visitor.get('/web/home/ai-creator/notices/status');
    expect(body).to.deep.equal({
      isRunning: false,
      badge: { kind: 'success', text: '2', label: '2 ready' },
      settled: [
        { id, kind: 'success', sentence: ready },
        { id: two, kind: 'success', sentence: 'Your 2 AI images are ready: two lighthouses' },
        { id: failed, kind: 'warning', sentence: 'No AI image was made: something else' },
      ],
    });
    const events = await creator.visitor.get('/web/home/ai-creator/notices/events');
    expect(events.headers['content-type']).to.contain('text/event-stream');
    expect(events.text).to.match(/^event: over\ndata: \{"isRunning":false/);
    const guest = await fetch(`${creator.portal.url}/web/home/ai-creator/notices/status`);
    expect(guest.status).to.equal(401);
  });

  it('goes by the images that came, also after a restart and after some were added', async () => {
    const told = async (): Promise<readonly string[]> => {
      const { body } = await creator.visitor.get('/web/home/ai-creator/notices/status');
      return (body.settled as { sentence: string }[]).map(({ sentence }) => sentence);
    };
    for (const count of [4, 2]) {
      creator.sandbox.next({ name: 'too-few', amount: count - 1 }, 'error-500');
      await made({ description: `${count} lighthouses`, count: String(count) });
    }
    const sentences = ['3 of 4 AI images are ready: 4 lighthouses', '1 of 2 AI images is ready: 2 lighthouses'];
    expect(await told()).to.deep.equal(sentences);
    const { body } = await creator.visitor.get('/web/home/ai-creator/generations').set('Accept', 'application/json');
    const three = (body.generations as GenerationAnswer[]).find(({ images }) => images.length === 3);
    if (three) await creator.addAll({ ...three, images: three.images.slice(1) });
    expect(await told(), 'some were added').to.deep.equal(sentences);
    await creator.portal.modules.stop('ai-creator');
    await creator.portal.modules.start('ai-creator');
    expect(await told(), 'after a restart').to.deep.equal(sentences);
  });

  describe('in a browser', () => {
    let browser: TestBrowser;
    before(async () => {
      browser = await TestBrowser.open();
    });
    afterEach(() => expect(browser.complaints.splice(0)).to.deep.equal([]));
    after(() => browser.close());

    const toasts = (page: Page) => page.locator('portico-toasts[role="status"] .toast-one');
    const menuEntry = (page: Page) => page.locator('.side-link', { hasText: 'My recent generations' });
    const order = async (page: Page): Promise<void> => {
      await page.goto('/web/home/documents-media');
      await page.getByRole('button', { name: 'New', exact: true }).click();
      await page.getByRole('menuitem', { name: 'Create AI Image' }).click();
      await page.getByLabel('Description').fill('a lighthouse at dusk');
      await page.getByRole('button', { name: 'Create', exact: true }).click();
    };
    const begin = async (page: Page): Promise<void> => {
      await order(page);
      await page.getByText('You can close this window').waitFor();
    };

    it('is a toast and a number on another page of the site, once, whatever is loaded again or opened beside it', async () => {
      creator.sandbox.next({ name: 'slow', millis: 2500 });
      const page = await browser.page(creator.portal, { person: author });
      await begin(page);
      await page.goto(elsewhere);
      expect(await menuEntry(page).textContent()).to.contain('1 in progress');
      await toasts(page).getByText(ready).waitFor();
      await menuEntry(page).getByText('1 ready').waitFor({ state: 'attached' });
      expect(await page.getByRole('link', { name: 'My recent generations 1 ready' }).count()).to.equal(1);
      expect(await accessibilityFaults(page)).to.deep.equal([]);
      await page.reload();
      const second = await page.context().newPage();
      await second.goto('/web/home/documents-media');
      for (const tab of [page, second]) {
        await tab.waitForLoadState('networkidle');
        expect(await toasts(tab).count()).to.equal(0);
      }
      await page.context().close();
    }).timeout(60_000);

    it('is told on the same page after the dialog was closed, by keyboard, with a link that leads there', async () => {
      creator.sandbox.next({ name: 'slow', millis: 1500 });
      const page = await browser.page(creator.portal, { width: 380, person: author });
      await begin(page);
      await page.keyboard.press('Escape');
      await toasts(page).getByText(ready).waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(380);
      await toasts(page).getByRole('link', { name: 'Show' }).press('Enter');
      await page.waitForURL(/\/ai-creator\/generations\/[\w-]+$/);
      expect(await toasts(page).count()).to.equal(0);
      await page.context().close();
    }).timeout(60_000);

    it('is told on the same page, too, when the dialog was closed before the portal had answered', async () => {
      const page = await browser.page(creator.portal, { person: author });
      let answer = (): void => undefined;
      const closed = new Promise<void>((resolve) => (answer = resolve));
      await page.route('**/ai-creator/generations', async (route) => {
        await closed;
        await route.continue();
      });
      await order(page);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      answer();
      await toasts(page).getByText(ready).waitFor();
      await page.context().close();
    }).timeout(60_000);

    it('is not told again when the dialog showed it', async () => {
      const page = await browser.page(creator.portal, { person: author });
      await begin(page);
      await page.getByRole('button', { name: 'Add Selected' }).waitFor();
      await page.goto(elsewhere);
      await page.waitForLoadState('networkidle');
      expect(await toasts(page).count()).to.equal(0);
      expect(await menuEntry(page).textContent()).to.contain('1 ready');
      await page.context().close();
    }).timeout(60_000);

    it('costs no request on pages while nothing is open, and one script while something is', async () => {
      const page = await browser.page(creator.portal, { person: author });
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      const visit = async (): Promise<readonly string[]> => {
        asked.length = 0;
        await page.goto(elsewhere);
        await page.waitForLoadState('networkidle');
        return asked.map((url) => new URL(url).pathname);
      };
      await visit();
      const before = await visit();
      await made();
      const after = await visit();
      expect(
        after
          .filter((path) => !before.includes(path))
          .map((path) =>
            path
              .split('/')
              .at(-1)
              ?.replace(/-\w{8}\./, '.'),
          ),
      ).to.deep.equal(['generation-notices.js', 'chunk.js']);
      expect(after.length).to.be.at.most(15);
      await page.context().close();
    }).timeout(60_000);
  });
});
