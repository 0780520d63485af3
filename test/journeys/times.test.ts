import { AccessContexts, SiteDirectory } from '@portico/core';
import { startTestPortal, TestBrowser, type TestPortal } from '@portico/core/testing';
import { Documents } from '@portico/documents-media/api';
import { expect } from 'chai';
import type { Page } from 'playwright-core';

const zones = { 'America/Los_Angeles': /^P[SD]T$/, 'Asia/Kolkata': /^GMT\+5:30$/ } as const;

/** Moments that a page shows, each with what a person in a zone must read there. */
async function shown(page: Page): Promise<{ moment: string; kind: string | undefined; text: string; title: string }[]> {
  return page.locator('time[datetime$="Z"]').evaluateAll((times) =>
    (times as HTMLTimeElement[]).map(({ dateTime, dataset, textContent, title }) => ({
      moment: dateTime,
      kind: dataset.time,
      text: textContent ?? '',
      title,
    })),
  );
}

function expected(moment: string, kind: string | undefined, timeZone: string): string {
  const style = kind === undefined ? ({ dateStyle: 'medium' } as const) : ({ dateStyle: 'medium', timeStyle: 'short' } as const);
  return new Intl.DateTimeFormat('en', { ...style, timeZone }).format(new Date(moment)).replaceAll('\u202f', ' ');
}

describe('Times', () => {
  let portal: TestPortal;
  let browser: TestBrowser;
  let document: string;

  before(async () => {
    portal = await startTestPortal();
    const home = portal.service(SiteDirectory).byAddress('home');
    if (!home) throw new Error('There is no site Home.');
    const access = portal.service(AccessContexts).system(home);
    const { id } = await portal.service(Documents).add(access, { name: 'when.txt', content: Buffer.from('now') });
    document = `/web/home/documents-media/documents/${id}`;
    const administrator = await portal.signIn();
    await portal.post(administrator, '/identity/users/new', { email: 'new@example.org', name: 'Nora New' });
    browser = await TestBrowser.open();
  });

  afterEach(() => {
    expect(browser.complaints.splice(0)).to.deep.equal([]);
  });

  after(async () => {
    await browser.close();
    await portal.stop();
  });

  for (const [timeZone, zone] of Object.entries(zones))
    it(`are those of a person whose browser lives in ${timeZone}, and name the zone`, async () => {
      const page = await browser.page(portal, { person: portal.administrator, timeZone });
      for (const address of [
        document,
        '/web/home/documents-media?view=table',
        '/web/home/documents-media',
        '/configuration/audit-log',
      ]) {
        await page.goto(address);
        const times = await shown(page);
        if (address !== '/configuration/audit-log') expect(times, address).not.to.deep.equal([]);
        for (const { moment, kind, text, title } of times) {
          const read = text.replaceAll('\u202f', ' ');
          const whole = kind === undefined ? title : text;
          expect(read.startsWith(expected(moment, kind, timeZone)), `${address}: ${read}`).to.equal(true);
          expect(whole.split(/\s/).at(-1), address).to.match(zone);
        }
      }
      await page.context().close();
    });

  it('that come later, with a part of the page, are too', async () => {
    const page = await browser.page(portal, { person: portal.administrator, timeZone: 'Asia/Kolkata' });
    await page.goto('/web/home/documents-media');
    await page.evaluate(() => {
      const box = window.document.createElement('p');
      box.innerHTML =
        '<time datetime="2026-01-15T20:00:00.000Z" data-time="both">UTC</time><time datetime="2026-01-15">the day</time>';
      window.document.querySelector('main')?.append(box);
    });
    await page.getByText(/Jan 16, 2026, 1:30.AM GMT\+5:30/).waitFor();
    await page.getByText('the day').waitFor();
    await page.context().close();
  });

  it('without scripts are those of UTC, and say so', async () => {
    const page = await browser.page(portal, { person: portal.administrator, javaScript: false, timeZone: 'Asia/Kolkata' });
    await page.goto(document);
    const times = await shown(page);
    expect(times).not.to.deep.equal([]);
    for (const { moment, kind, text } of times)
      expect(text.replaceAll('\u202f', ' ')).to.equal(`${expected(moment, kind, 'UTC')}${kind ? ' UTC' : ''}`);
    await page.context().close();
  });
});
