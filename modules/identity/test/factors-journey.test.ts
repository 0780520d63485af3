import { AuditLog } from '@portico/core';
import { accessibilityFaults, startTestPortal, TestBrowser, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import { addPerson, password } from './support.js';

/** What CDP tells of a passkey that the virtual authenticator holds. */
interface Credential {
  readonly credentialId: string;
  readonly signCount: number;
}

/** Chromium's virtual authenticator: a device that unlocks by itself. */
async function authenticatorOf(page: Page): Promise<{
  credentials(): Promise<readonly Credential[]>;
  setCounter(credential: Credential, signCount: number): Promise<void>;
}> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  const all = async (): Promise<readonly Credential[]> =>
    (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
  return {
    credentials: all,
    setCounter: async ({ credentialId }, signCount) => {
      const credential = (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials.find(
        (candidate) => candidate.credentialId === credentialId,
      );
      if (!credential) throw new Error('The authenticator has no such passkey.');
      await cdp.send('WebAuthn.removeCredential', { authenticatorId, credentialId });
      await cdp.send('WebAuthn.addCredential', { authenticatorId, credential: { ...credential, signCount } });
    },
  };
}

/** Types with the keyboard alone: from field to field with Tab. */
async function tabTo(page: Page, name: string | RegExp, role: 'button' | 'link' | 'textbox' = 'button'): Promise<void> {
  const target = page.getByRole(role, { name }).first();
  await target.waitFor();
  for (let presses = 0; presses < 80; presses += 1) {
    if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`The keyboard does not get to ${String(name)}.`);
}

describe('More than a password, in a browser', () => {
  let portal: TestPortal;
  let browser: TestBrowser;

  before(async () => {
    portal = await startTestPortal();
    browser = await TestBrowser.open();
  });
  after(async () => {
    await browser.close();
    await portal.stop();
  });
  afterEach(() => {
    expect(browser.complaints.splice(0)).to.deep.equal([]);
  });

  /** The portal by its name: browsers make no passkeys for an address of numbers. */
  const named = (): { url: string } => ({ url: portal.url.replace('127.0.0.1', 'localhost') });
  const isClean = async (page: Page): Promise<void> => {
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 844 });
      expect(await accessibilityFaults(page)).to.deep.equal([]);
      const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
      expect(overflow, `${page.url()} is wider than ${width} pixels by`).to.equal(0);
    }
  };
  const signOut = async (page: Page): Promise<void> => {
    await page
      .getByRole('button', { name: /example\.org|Person/ })
      .first()
      .click();
    await page.getByRole('menuitem', { name: 'Sign Out' }).click();
    await page.getByText('You are signed out.').waitFor();
  };

  for (const width of [1280, 390]) {
    it(`an authenticator app is set up and used by keyboard at ${width} pixels`, async () => {
      const email = `app-${width}@example.org`;
      await addPerson(portal, email, { name: `Person ${width}` });
      const page = await browser.page(portal, { person: { email, password }, width });
      await page.goto('/account');
      await tabTo(page, 'Set Up Authenticator App', 'link');
      await page.keyboard.press('Enter');
      const key = await page.getByLabel('Key').textContent();
      const totp = new TOTP({ secret: key ?? '' });
      await isClean(page);
      await page.setViewportSize({ width, height: 800 });
      await tabTo(page, 'Code', 'textbox');
      await page.keyboard.type(totp.generate({ timestamp: Date.now() - 30_000 }));
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Recovery Codes' }).waitFor();
      const codes = await page
        .getByRole('listitem')
        .filter({ hasText: /^[a-z0-9]{4}(-[a-z0-9]{4}){3}$/ })
        .allTextContents();
      expect(codes).to.have.length(8);
      await isClean(page);
      await page.setViewportSize({ width, height: 800 });
      await page.goto('/account');
      await signOut(page);
      await page.getByLabel('Email Address').fill(email);
      await page.getByLabel('Password').fill(password);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'One more step' }).waitFor();
      await isClean(page);
      await page.setViewportSize({ width, height: 800 });
      await page.keyboard.type(totp.generate());
      await page.keyboard.press('Enter');
      await page.waitForURL('**/web/home');
      await page.goto('/account');
      await signOut(page);
      await page.getByLabel('Email Address').fill(email);
      await page.getByLabel('Password').fill(password);
      await page.keyboard.press('Enter');
      await tabTo(page, 'Use a recovery code');
      await page.keyboard.press('Enter');
      await page.getByLabel('Recovery Code').fill(codes[0] ?? '');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/web/home');
      await page.context().close();
    });
  }

  const passkeyJourney = async (width: number): Promise<void> => {
    const email = `passkey-${width}@example.org`;
    await addPerson(portal, email, { name: `Person ${width}` });
    const page = await browser.page(named(), { person: { email, password }, width });
    const device = await authenticatorOf(page);
    await page.goto('/account');
    await tabTo(page, 'Manage Passkeys', 'link');
    await page.keyboard.press('Enter');
    await tabTo(page, 'Name', 'textbox');
    await page.keyboard.type('The laptop');
    await isClean(page);
    await page.setViewportSize({ width, height: 800 });
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Recovery Codes' }).waitFor();
    expect(await device.credentials()).to.have.length(1);
    await page.goto('/account/passkeys');
    await page.getByText('The laptop', { exact: true }).waitFor();
    await page.getByText('Never used.').waitFor();

    await signOut(page);
    await isClean(page);
    await page.setViewportSize({ width, height: 800 });
    await tabTo(page, 'Use a Passkey');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/web/home');
    await page.goto('/account/passkeys');
    await page.getByText('Last used').waitFor();

    await signOut(page);
    await page.getByLabel('Email Address').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.keyboard.press('Enter');
    await tabTo(page, 'Use a passkey');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/web/home');

    await page.goto('/account/passkeys');
    await page.getByRole('button', { name: 'Remove The laptop' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('The passkey is removed.').waitFor();
    await signOut(page);
    await page.getByRole('button', { name: 'Use a Passkey' }).click();
    await page.getByText('This passkey does not fit.').waitFor();
    await page.context().close();
  };

  for (const width of [1280, 390])
    it(`a passkey is added by keyboard, signs in alone and after the password, and is removed, at ${width} pixels`, () =>
      passkeyJourney(width));

  it('a passkey whose count falls back is refused, and the audit log says so (8.8)', async () => {
    const email = 'counter@example.org';
    await addPerson(portal, email, { name: 'Carl Person' });
    const page = await browser.page(named(), { person: { email, password } });
    const device = await authenticatorOf(page);
    await page.goto('/account/passkeys');
    await page.getByLabel('Name').fill('The key');
    await page.getByRole('button', { name: 'Add Passkey' }).click();
    await page.getByRole('heading', { name: 'Recovery Codes' }).waitFor();
    const attempt = async (): Promise<void> => {
      await page.goto('/account');
      await signOut(page);
      await page.getByRole('button', { name: 'Use a Passkey' }).click();
    };
    await attempt();
    await page.waitForURL('**/web/home');
    const [key] = await device.credentials();
    if (!key) throw new Error('There is no passkey.');
    expect(key.signCount).to.be.greaterThan(0);
    await device.setCounter(key, 0);
    await attempt();
    await page.getByText('This passkey was refused.').waitFor();
    const { records } = await portal.service(AuditLog).list({ area: 'security', subject: email });
    expect(records[0]).to.deep.include({ attribute: 'passkey', action: 'refused' });
    expect(records[0]?.after).to.deep.equal({ name: 'The key', counter: 1, before: key.signCount });
    await page.context().close();
  });
});
