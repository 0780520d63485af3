import { accessibilityFaults, startTestPortal, TestBrowser, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import type { Page } from 'playwright-core';

const author = { email: 'author@portico.example', password: 'lanterns over quiet water' };

/** What is no word of the portal: names that people, modules and the world gave. */
const names =
  /Portico|Chrome|Linux|Openfeature|admin|author|example|@portico\.|Ada Author|admin@portico\.example|author@portico\.example|A Lighthouse|lighthouse\.txt|Home|\bhome\b|First Administrator|Administrator|Operator|Site Administrator|Author|Member|Guest|UTC|LPD-\d+|https?:\/\/[\w./:-]+|\/web\/[\w/-]*|[\w.-]+@[\w.-]+/g;

/** Texts that people read or hear on the page, and that have a word in plain letters: every message is in others. */
async function foreignWords(page: Page): Promise<readonly string[]> {
  const texts = await page.evaluate(() => {
    const found: string[] = [];
    // Names, times, code and what people wrote.
    const skipped = 'script, style, template, time, code, pre, kbd, select option, [dir="auto"], [lang="en"], .lexicon-icon';
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node instanceof Element) {
        if (node.matches(skipped)) continue;
        for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
          const text = node.getAttribute(name);
          if (text && !node.closest(skipped)) found.push(text);
        }
      } else if (node.parentElement && !node.parentElement.closest(skipped) && node.parentElement.checkVisibility())
        found.push(node.textContent ?? '');
    }
    return [document.title, ...found];
  });
  return [...new Set(texts.filter((text) => /[A-Za-z]{3}/.test(text.replace(names, ' '))).map((text) => text.trim()))];
}

/** What sticks out of the window, to be found. */
function wider(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const out = [...document.body.querySelectorAll('*')].filter((element) => {
      const { left, right, width } = element.getBoundingClientRect();
      return width > 0 && (right > clientWidth + 1 || left < -1);
    });
    return [`${scrollWidth} of ${clientWidth}`, ...out.slice(0, 4).map((element) => element.outerHTML.slice(0, 160))];
  });
}

describe('In every language', () => {
  let portal: TestPortal;
  let browser: TestBrowser;
  /** Every page that a menu leads to, and some that one opens from there. */
  let places: readonly string[];

  before(async () => {
    portal = await startTestPortal({ flags: { 'LPD-10793': true } });
    browser = await TestBrowser.open();
    const add = ['users', 'add', '--email', author.email, '--name', 'Ada Author', '--role', 'Author', '--site', 'home'];
    await portal.command(add, author.password);
    const agent = await portal.signIn();
    const { text } = await agent.get('/web/home/documents-media').set('Accept', 'text/html');
    const linked = [...text.matchAll(/href="(\/[^"#?]*)"/g)]
      .map(([, place = '']) => place)
      .filter((place) => !/^\/(assets|sign-)/.test(place));
    const opened = [
      '/sites/new',
      '/identity/users/new',
      '/configuration/instance-settings?entry=localization',
      '/web/home/web-content/new',
      '/web/home/documents-media?new=folder',
    ];
    places = [...new Set([...linked, ...opened, '/account', '/account/tokens'])];
  });
  after(async () => {
    await browser.close();
    await portal.stop();
  });

  const visit = async (
    locale: string,
    width: number,
    look: (page: Page) => Promise<readonly string[]>,
  ): Promise<readonly string[]> => {
    const page = await browser.page(portal, { person: portal.administrator, locale, width });
    const faults: string[] = [];
    for (const place of places) {
      const answer = await page.goto(place);
      if (answer?.status() !== 200) continue;
      faults.push(...(await look(page)).map((fault) => `${place}: ${fault}`));
    }
    await page.context().close();
    return faults;
  };

  it('no word on a page is there that did not come from the messages', async () => {
    expect(places.length).to.be.above(20);
    const faults = await visit('en-XA', 1280, foreignWords);
    expect(faults).to.deep.equal([]);
  }).timeout(120_000);

  it('nothing is wider than its window from right to left', async () => {
    const faults = await visit('ar-XB', 390, async (page) => {
      const isMirrored = await page.evaluate(() => getComputedStyle(document.body).direction === 'rtl');
      return [...(isMirrored ? [] : ['from left to right']), ...(await wider(page))];
    });
    expect(faults).to.deep.equal([]);
  }).timeout(120_000);

  it('nothing is wider than its window in German', async () => {
    expect(await visit('de', 390, wider)).to.deep.equal([]);
  }).timeout(120_000);

  for (const width of [1280, 390])
    it(`one chooses German in My Account by keyboard at ${width} pixels, and reads it everywhere`, async () => {
      const page = await browser.page(portal, { person: author, width });
      await page.goto('/account');
      const language = page.getByLabel('Language', { exact: true });
      await language.focus();
      await page.keyboard.type('Deut');
      expect(await language.inputValue()).to.equal('de');
      await page.keyboard.press('Tab');
      await page.keyboard.type('Europe/Ber');
      expect(await page.getByLabel('Time Zone').inputValue()).to.equal('Europe/Berlin');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Mein Konto' }).waitFor();
      await page.getByText('Das Portal spricht ab jetzt in dieser Sprache mit Ihnen.').waitFor();
      expect(await accessibilityFaults(page)).to.deep.equal([]);
      await page.goto('/web/home/documents-media');
      await page.getByRole('button', { name: 'Neu', exact: true }).click();
      await page.getByRole('menuitem', { name: 'Ordner' }).waitFor();
      expect(await accessibilityFaults(page)).to.deep.equal([]);
      await page.goto('/web/home/web-content/new');
      await page.getByRole('toolbar', { name: 'Formatierung' }).getByRole('button', { name: 'Bild', exact: true }).click();
      await page.getByRole('dialog', { name: 'Bild auswählen' }).waitFor();
      await page.keyboard.press('Escape');
      await page.goto('/account');
      await page.getByLabel('Sprache', { exact: true }).selectOption('');
      await page.getByRole('button', { name: 'Sprache speichern' }).click();
      await page.getByRole('heading', { name: 'My Account' }).waitFor();
      expect(browser.complaints.splice(0)).to.deep.equal([]);
      await page.context().close();
    });
});
