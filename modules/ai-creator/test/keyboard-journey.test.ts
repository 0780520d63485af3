import { TestBrowser } from '@portico/core/testing';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { author, type CreatorPortal, startCreatorPortal } from './creator-portal.js';

/** What stands where the keyboard is: its name when it cannot be seen, or when nothing shows that the keyboard is there. */
const hidden = `(() => {
  const focused = document.activeElement;
  if (!focused || focused === document.body || focused.matches('main, dialog')) return undefined;
  const { left, top, right, bottom, width, height } = focused.getBoundingClientRect();
  const name = focused.getAttribute('aria-label') ?? focused.labels?.[0]?.textContent ?? focused.textContent;
  const says = (why) => (name ?? focused.tagName).trim() + ': ' + why;
  if (bottom <= 0 || right <= 0 || top >= innerHeight || left >= innerWidth) return says('out of sight');
  const shown = document.elementFromPoint(left + width / 2, top + Math.min(height / 2, innerHeight - top - 1));
  if (shown && !focused.contains(shown) && !shown.contains(focused)) return says('behind ' + shown.className);
  const { outlineStyle, outlineWidth } = getComputedStyle(focused);
  return outlineStyle === 'none' || outlineWidth === '0px' ? says('without a frame') : undefined;
})()`;

/** Whether two of the elements lie over each other. */
const overlap = (one: string, other: string): string => `(() => {
  const [a, b] = ['${one}', '${other}'].map((selector) => document.querySelector(selector).getBoundingClientRect());
  return a.bottom > b.top && b.bottom > a.top && a.right > b.left && b.right > a.left;
})()`;

for (const [width, height] of [
  [1280, 800],
  [390, 844],
] as const)
  describe(`with the keyboard alone, ${width} pixels wide`, function () {
    this.timeout(90_000);
    let creator: CreatorPortal;
    let browser: TestBrowser;

    before(async () => {
      creator = await startCreatorPortal();
      browser = await TestBrowser.open();
    });
    after(async () => {
      await browser?.close();
      await creator?.stop();
      expect(browser.complaints).to.deep.equal([]);
    });

    const open = (who: 'author' | 'administrator'): Promise<Page> =>
      browser.page(creator.portal, { person: who === 'author' ? author : creator.portal.administrator, width, height });

    /** Goes on with one key until it reaches a name, and answers what could not be seen on the way. */
    async function walk(page: Page, name: RegExp, key = 'Tab'): Promise<unknown[]> {
      const faults: unknown[] = [];
      for (let step = 0; step < 80; step += 1) {
        await page.keyboard.press(key);
        faults.push(await page.evaluate(hidden));
        const here = await page.evaluate<string>(
          `(document.activeElement.getAttribute('aria-label') ?? document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent).trim()`,
        );
        if (name.test(here)) return faults.filter(Boolean);
      }
      throw new Error(`The keyboard does not reach ${name}.`);
    }

    it('an administrator finds each setting in sight, and the note of a save beside the bar', async () => {
      const page = await open('administrator');
      await page.goto('/configuration/instance-settings/ai-creator');
      expect(await walk(page, /^Save$/)).to.deep.equal([]);
      await page.keyboard.press('Enter');
      await page.locator('.toast-one').waitFor();
      // The note is heard first and takes its room right after.
      await page.waitForFunction('document.documentElement.style.getPropertyValue("--notes") > "0px"');
      expect(await page.evaluate(overlap('.toast-one', '.save-bar'))).to.equal(false);
      await page.context().close();
    });

    it('an author makes an image and adds it, with each control in sight, and no note over the buttons', async () => {
      const page = await open('author');
      await page.goto('/web/home/documents-media');
      expect(await walk(page, /^Product Menu$/)).to.deep.equal([]);
      await page.keyboard.press('Enter');
      await page.waitForFunction('document.activeElement?.closest(".app-side")');
      expect(await page.evaluate(hidden), 'in the Product Menu').to.equal(undefined);
      await page.keyboard.press('Escape');
      expect(await walk(page, /^New$/)).to.deep.equal([]);
      await page.keyboard.press('Enter');
      expect(await walk(page, /^Create AI Image$/, 'ArrowDown')).to.deep.equal([]);
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog', { name: 'Create AI Image' });
      await dialog.getByLabel('Description').waitFor();
      await page.keyboard.type('a patient ferry');
      await page.keyboard.press('Control+Enter');
      await dialog.getByRole('article').first().waitFor();
      await dialog.getByRole('checkbox', { name: 'Image 1: a patient ferry', checked: true }).waitFor();
      expect(await page.evaluate(hidden), 'when the image has come').to.equal(undefined);
      expect(await walk(page, /^Add Selected$/)).to.deep.equal([]);
      await page.evaluate(
        `document.querySelector('portico-toasts').dispatchEvent(new CustomEvent('portico:toast', { detail: { sentence: 'Said meanwhile.', kind: 'info' } }))`,
      );
      await dialog.getByText('Said meanwhile.').waitFor();
      for (const place of ['.modal-footer', '.modal-header'])
        expect(await page.evaluate(overlap('.toast-one', `dialog ${place}`)), place).to.equal(false);
      await page.keyboard.press('Enter');
      await page.getByText('a-patient-ferry.png was added to').waitFor();
      await page
        .getByRole('listitem')
        .filter({ hasText: 'a-patient-ferry.png' })
        .getByText('AI', { exact: true })
        .first()
        .waitFor();
      await page.context().close();
    });
  });
