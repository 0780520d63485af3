import { writeFile } from 'node:fs/promises';
import { startSampleSettings } from '@portico/configuration/testing';
import { Flags } from '@portico/core';
import { accessibilityFaults, TestBrowser, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';

const screen = '/configuration/feature-flags';

describe('An operator of feature flags in a browser', () => {
  let portal: TestPortal;
  let browser: TestBrowser;
  before(async () => {
    portal = await startSampleSettings({ environment: { PORTICO_FLAG_FOGHORN: 'true' } });
    await writeFile(
      portal.flagsFile,
      JSON.stringify({
        flags: {
          sample: { title: 'Sample', enabled: true, review: '2001-01-01' },
          beacon: { title: 'Beacon', enabled: true, dependsOn: ['lamp'] },
          lamp: { title: 'Lamp', enabled: false },
          foghorn: { title: 'Foghorn', enabled: false },
        },
      }),
    );
    for (let turn = 0; turn < 400 && !portal.service(Flags).state('foghorn'); turn += 1)
      await new Promise((resolve) => setTimeout(resolve, 10));
    browser = await TestBrowser.open();
  });
  after(async () => {
    await browser.close();
    await portal.stop();
  });
  afterEach(() => {
    expect(browser.complaints.splice(0)).to.deep.equal([]);
  });

  for (const javaScript of [true, false]) {
    it(`switches what another flag needs, sees both change, and takes it back${javaScript ? '' : ' without scripts'}`, async () => {
      const page = await browser.page(portal, { person: portal.administrator, javaScript });
      const beacon = page.getByRole('switch', { name: 'Beacon (beacon)' });
      const lamp = page.getByRole('switch', { name: 'Lamp (lamp)' });
      await page.goto(screen);
      expect([await beacon.getAttribute('aria-checked'), await lamp.getAttribute('aria-checked')]).to.deep.equal([
        'false',
        'false',
      ]);
      await page.getByText('Off because it depends on lamp. lamp: Switched off by feature-flags.json.').first().waitFor();
      await lamp.click();
      await page.getByText('Lamp (lamp) is on.').waitFor();
      expect([await beacon.getAttribute('aria-checked'), await lamp.getAttribute('aria-checked')]).to.deep.equal([
        'true',
        'true',
      ]);
      expect(portal.service(Flags).isEnabled('beacon')).to.equal(true);
      await page.getByRole('button', { name: 'Undo: back to no switch here' }).click();
      await page.getByText('Lamp (lamp) is off.').waitFor();
      expect([await beacon.getAttribute('aria-checked'), await lamp.getAttribute('aria-checked')]).to.deep.equal([
        'false',
        'false',
      ]);
      expect(portal.service(Flags).state('lamp')?.origin).to.equal('file');
      await page.context().close();
    });
  }

  it('cannot switch a flag that the environment locks, and reads which variable does', async () => {
    const page = await browser.page(portal, { person: portal.administrator });
    await page.goto(screen);
    const foghorn = page.getByRole('switch', { name: 'Foghorn (foghorn)' });
    expect([await foghorn.isDisabled(), await foghorn.getAttribute('aria-checked')]).to.deep.equal([true, 'true']);
    await page.getByRole('link', { name: 'Details of Foghorn' }).click();
    await page.getByText('Switched on by the environment variable PORTICO_FLAG_FOGHORN.').waitFor();
    expect(await page.getByLabel('Reason').count()).to.equal(0);
    await page.context().close();
  });

  it('gives a reason, sees what goes with the flag, and that it is gone', async () => {
    const page = await browser.page(portal, { person: portal.administrator });
    await page.goto(`${screen}/sample`);
    await page.getByText('settings page, of sample').waitFor();
    await page.getByLabel('Reason').fill('The bulb is broken.');
    await page.getByRole('switch', { name: 'Sample (sample)' }).click();
    await page.getByText('Sample (sample) is off.').waitFor();
    await page.getByText('The bulb is broken.').waitFor();
    await page.goto('/configuration/instance-settings/sample');
    await page.getByRole('heading', { name: /not/i }).first().waitFor();
    browser.complaints.splice(0);
    await page.goto(`${screen}/sample`);
    await page.getByRole('button', { name: 'Undo: back to no switch here' }).click();
    await page.getByText('Sample (sample) is on.').waitFor();
    await page.getByText('Undone: From off to no switch here').waitFor();
    await page.context().close();
  });

  it('finds the screens accessible, wide and narrow', async () => {
    const page = await browser.page(portal, { person: portal.administrator });
    for (const path of [`${screen}?changed=sample`, `${screen}?type=dev`, `${screen}/sample`, `${screen}/foghorn`]) {
      for (const width of [1280, 380]) {
        await page.setViewportSize({ width, height: 800 });
        await page.goto(path);
        expect(await accessibilityFaults(page), path).to.deep.equal([]);
        const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
        expect(overflow, `${path} is wider than ${width} pixels by`).to.equal(0);
      }
    }
    await page.context().close();
  });
});
