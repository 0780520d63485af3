import { accessibilityFaults, startTestPortal, TestBrowser, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { People } from '../api/index.js';
import { addPerson } from './support.js';

/** Goes on with Tab until something has the focus; a journey by keyboard alone. */
async function tabTo(
  page: Page,
  name: string | RegExp,
  role: 'button' | 'link' | 'textbox' | 'checkbox' | 'combobox',
): Promise<void> {
  const target = page.getByRole(role, { name }).first();
  await target.waitFor();
  for (let presses = 0; presses < 120; presses += 1) {
    if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`The keyboard does not get to ${String(name)}.`);
}

describe('Groups and roles, in a browser', function () {
  this.timeout(60_000);
  let portal: TestPortal;
  let browser: TestBrowser;

  before(async () => {
    portal = await startTestPortal();
    browser = await TestBrowser.open();
    await addPerson(portal, 'ann@example.org', { name: 'Ann Author' });
  });

  after(async () => {
    await browser?.close();
    await portal?.stop();
    expect(browser.complaints).to.deep.equal([]);
  });

  for (const width of [1280, 390])
    it(`are made and removed by keyboard, ${width} pixels wide`, async () => {
      const page = await browser.page(portal, { person: portal.administrator, width });
      /** Each page is looked at by axe in one of the widths: it takes a second. */
      const look = async (name: string, widthOfAxe = 0): Promise<void> => {
        if (width === widthOfAxe) expect(await accessibilityFaults(page), name).to.deep.equal([]);
        expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth'), `${name} is too wide`).to.equal(
          true,
        );
        if (process.env.PORTICO_SHOTS) {
          await page.screenshot({ path: `${process.env.PORTICO_SHOTS}/${name}-${width}.png`, fullPage: true });
          await page.emulateMedia({ colorScheme: 'dark' });
          await page.screenshot({ path: `${process.env.PORTICO_SHOTS}/${name}-${width}-dark.png`, fullPage: true });
          await page.emulateMedia({ colorScheme: null });
        }
      };
      const press = async (name: string | RegExp, role: 'button' | 'link' = 'button'): Promise<void> => {
        await tabTo(page, name, role);
        await page.keyboard.press('Enter');
      };
      const chosen = (): Promise<string | undefined> =>
        page.evaluate<string | undefined>("document.querySelector('select:focus option:checked')?.textContent.trim()");
      const type = async (name: string, text: string): Promise<void> => {
        await tabTo(page, name, 'textbox');
        await page.keyboard.type(text);
      };

      await page.goto('/identity/roles');
      await look('roles', 390);
      await press('New Role', 'link');
      await page.getByRole('heading', { name: 'New Role' }).waitFor();
      await type('Name', `Reviewer ${width}`);
      await type('Description', 'Reads what others write');
      await tabTo(page, 'Write and publish articles', 'checkbox');
      await page.keyboard.press('Space');
      await look('new-role', 390);
      await press('Add');
      await page.getByText(`The role Reviewer ${width} is made.`).waitFor();
      expect(await page.getByRole('checkbox', { name: 'Write and publish articles' }).isChecked()).to.equal(true);
      const powerful = page.getByRole('checkbox', { name: 'Decide what roles may do' });
      expect(
        await powerful.evaluate(
          (box) => box.ownerDocument.getElementById(box.getAttribute('aria-describedby') ?? '')?.textContent,
        ),
      ).to.include('give every role');
      await look('role', 1280);

      await page.goto('/identity/users');
      await look('people', 390);
      await press('Groups', 'link');
      await page.getByText('There is no group yet').waitFor();
      await look('groups-none');
      await press('New Group', 'link');
      await page.getByRole('heading', { name: 'New Group' }).waitFor();
      await type('Name', `Writers ${width}`);
      await press('Add');
      await page.getByText(`The group Writers ${width} is made.`).waitFor();
      await type('Email Address', 'ann@example.org');
      await press('Add to Group');
      await page.getByText('Added to the group.').waitFor();
      await tabTo(page, /^Role$/, 'combobox');
      // What is typed into a list is taken apart on a slow machine.
      for (let presses = 0; (await chosen()) !== `Reviewer ${width}`; presses += 1) {
        expect(presses, 'the role is in the list').to.be.lessThan(30);
        await page.keyboard.press('ArrowDown');
      }
      await press('Add Role in Site');
      await page.getByRole('button', { name: `Remove Reviewer ${width} in Home` }).waitFor();
      await look('group', 1280);
      expect(portal.service(People).byEmail('ann@example.org')?.siteRoles).to.not.deep.equal({});

      await press('Ann Author', 'link');
      await page.getByText(`By the group Writers ${width}`).waitFor();
      await look('person');
      await page.goto('/web/home/identity/memberships');
      await page.getByText(`By the group Writers ${width}`).waitFor();
      await look('memberships', 1280);

      await page.goto('/identity/groups');
      await look('groups', 390);
      await press(`Writers ${width}`, 'link');
      await press('Delete Group', 'link');
      await page.getByText('1 person is in it and loses what it gives.').waitFor();
      await look('group-removal', 390);
      await press('Delete Group');
      await page.getByText(`The group Writers ${width} is deleted.`).waitFor();
      await page.goto('/identity/roles');
      await press(`Reviewer ${width}`, 'link');
      await press('Delete Role', 'link');
      await page.getByText('Nobody has it.').waitFor();
      await look('role-removal', 1280);
      await press('Delete Role');
      await page.getByText(`The role Reviewer ${width} is deleted.`).waitFor();
      expect(portal.service(People).byEmail('ann@example.org')?.siteRoles).to.deep.equal({});
      await page.context().close();
    });
});
