import { writeFile } from 'node:fs/promises';
import { startSampleSettings, type TestClient, visibleText } from '@portico/configuration/testing';
import { Flags } from '@portico/core';
import type { TestPortal } from '@portico/core/testing';
import { expect } from 'chai';

const screen = '/configuration/feature-flags';

describe('The Feature Flags screen', () => {
  let portal: TestPortal;
  let admin: TestClient;
  before(async () => {
    portal = await startSampleSettings({ environment: { PORTICO_FLAG_LOCKED_1: 'true' } });
    admin = await portal.signIn();
    await writeFile(
      portal.flagsFile,
      JSON.stringify({
        flags: {
          sample: { title: 'Sample', enabled: true, review: '2001-01-01' },
          'locked-1': { title: 'Locked', enabled: false },
          'beta-1': { type: 'beta', title: 'Not yet', enabled: false, dependsOn: ['sample'] },
        },
      }),
    );
    await eventually(() => portal.service(Flags).state('beta-1') !== undefined);
  });
  after(() => portal.stop());

  const page = async (type = 'release'): Promise<string> => (await admin.get(`${screen}?type=${type}`)).text;
  const switchOf = (html: string, name: string): string | undefined =>
    new RegExp(`<button class="switch" role="switch" aria-checked="(true|false)" aria-label="${name}"`).exec(html)?.[1];

  it('has a tab for each type, as links', async () => {
    const tabs = [...(await page('beta')).matchAll(/role="tab" aria-selected="(true|false)"[^>]*href="\?type=(\w+)">(\w+)</g)];
    expect(tabs.map(([, selected, type, label]) => [selected, type, label])).to.deep.equal([
      ['false', 'release', 'Release'],
      ['true', 'beta', 'Beta'],
      ['false', 'dev', 'Dev'],
      ['false', 'deprecation', 'Deprecation'],
    ]);
  });

  it('switches a flag at once, and says why it is as it is', async () => {
    expect(switchOf(await page('beta'), 'Not yet \\(beta-1\\)')).to.equal('false');
    const answer = await portal.post(admin, `${screen}/beta-1`, { enabled: 'true' });
    expect([answer.status, answer.headers.location]).to.deep.equal([303, `${screen}?type=beta&changed=beta-1`]);
    expect(portal.service(Flags).isEnabled('beta-1')).to.equal(true);
    const html = await page('beta');
    expect(switchOf(html, 'Not yet \\(beta-1\\)')).to.equal('true');
    expect(visibleText(html)).to.match(/Not yet \(beta-1\) is on\. Switched on by this instance/);
    expect(visibleText(html)).to.include('Otherwise: off, says feature-flags.json; off, says the default.');
    await portal.post(admin, `${screen}/beta-1`, { enabled: 'unset' });
    expect(portal.service(Flags).state('beta-1')?.origin).to.equal('file');
  });

  it('shows a locked flag read-only with the variable that locks it, and refuses to switch it', async () => {
    const html = await page();
    expect(html).to.match(/aria-label="Locked \(locked-1\)"[^>]* disabled>/);
    expect(visibleText(html)).to.match(/Switched on by the environment variable PORTICO_FLAG_LOCKED_1\. .* On Locked/);
    expect((await portal.post(admin, `${screen}/locked-1`, { enabled: 'false' })).status).to.equal(409);
  });

  it('shows what is wrong with the file, with its line, and that a review is overdue', async () => {
    expect(visibleText(await page())).to.include('Review overdue');
    await writeFile(portal.flagsFile, '{\n  "flags": {\n');
    await eventually(() => portal.service(Flags).problems().length > 0);
    expect(visibleText(await page())).to.match(/feature-flags\.json, line 3, column 1: .*The last good content stays in force\./);
    expect(portal.service(Flags).isEnabled('sample')).to.equal(true);
  });

  it('counts overdue reviews where people look for the screen', async () => {
    expect(visibleText((await admin.get('/configuration/instance-settings')).text)).to.match(/Feature Flags 1 needs attention/);
    expect(visibleText(await page())).to.include('The review is overdue: Sample.');
  });

  it('shows the whole chain that a flag depends on, and what depends on it', async () => {
    const html = visibleText(await page('beta'));
    expect(html).to.include('Depends on: sample: On. Switched on by feature-flags.json.');
    expect(visibleText(await page())).to.include('Needed by: beta-1.');
  });

  it('says what a flag affects, with the words of the modules concerned', async () => {
    expect(visibleText(await page())).to.include('Affects: Sample (settings page).');
    const details = visibleText((await admin.get(`${screen}/sample`)).text);
    expect(details).to.include('Sample settings page, of Sample sample');
    expect(visibleText((await admin.get(`${screen}/beta-1`)).text)).to.include(
      'Nothing that is active now is bound to this flag.',
    );
    const creator = visibleText((await admin.get(`${screen}/LPD-10793`)).text);
    expect(creator).to.include('Create AI Image entry of the New menu, of AI Creator ai-creator');
    expect(creator, 'the sentence of a check').not.to.include('No chosen image model');
  });

  it('keeps who switched what and why, and takes the last change back', async () => {
    const page = `${screen}/beta-1`;
    await portal.post(admin, page, { enabled: 'true', reason: 'The fair is next week.', from: 'details' });
    const shown = (await admin.get(page)).text;
    expect(visibleText(shown)).to.match(/From no switch here to on .*, Administrator ?, on the screen The fair is next week\./);
    expect(visibleText(shown)).to.include('Undo: back to no switch here');
    const change = /name="change" value="([^"]+)"/.exec(shown)?.[1] ?? '';
    expect((await portal.post(admin, `${page}/undo`, { change, from: 'details' })).headers.location).to.equal(page);
    expect(portal.service(Flags).state('beta-1')?.origin).to.equal('file');
    expect(visibleText((await admin.get(page)).text)).to.match(/Undone: From on to no switch here .* From no switch here to on/);
    const late = await portal.post(admin, `${page}/undo`, { change });
    expect([late.status, late.text]).to.satisfy(
      ([status, text]: [number, string]) => status === 409 && text.includes('was changed meanwhile'),
    );
  });

  it('offers to take back what was switched just now, and nothing else', async () => {
    await portal.post(admin, `${screen}/beta-1`, { enabled: 'true' });
    const offers = async (address: string): Promise<number> => (await admin.get(address)).text.split('Undo: back to').length - 1;
    expect([await offers(`${screen}?type=beta&changed=beta-1`), await offers(`${screen}?type=beta`)]).to.deep.equal([1, 0]);
    await portal.post(admin, `${screen}/beta-1`, { enabled: 'unset' });
  });

  it('refuses unknown flags, words and tabs', async () => {
    expect((await portal.post(admin, `${screen}/ghost`, { enabled: 'true' })).status).to.equal(404);
    expect((await portal.post(admin, `${screen}/beta-1`, { enabled: 'maybe' })).status).to.equal(400);
    expect((await admin.get(`${screen}?type=ghost`)).status).to.equal(400);
    expect((await admin.get(`${screen}/ghost`)).status).to.equal(404);
    const tooLong = await portal.post(admin, `${screen}/beta-1`, { enabled: 'true', reason: `${'x'.repeat(500)}end` });
    expect(tooLong.status).to.equal(400);
    expect(tooLong.text)
      .to.include('A reason has at most 500 characters; this one has 503. Nothing was switched.')
      .and.to.include(`value="${'x'.repeat(500)}end"`);
    expect(
      (await portal.agent().post(`${screen}/beta-1`).set('Origin', portal.url).type('form').send({ enabled: 'true' })).status,
    ).to.equal(401);
  });
});

describe('The tab of Dev flags', () => {
  for (const [mode, words] of [
    ['test', /Workbench workbench .* On/],
    [
      'production',
      /Dev flags have force in development mode only 1 of them is declared here and off\. A portal started with PORTICO_MODE\S+development shows them\./,
    ],
  ] as const) {
    it(`${mode === 'test' ? 'shows them in development' : 'says why it is empty'} (${mode})`, async () => {
      const portal = await startSampleSettings({ mode });
      try {
        const admin = await portal.signIn();
        await writeFile(
          portal.flagsFile,
          JSON.stringify({ flags: { workbench: { type: 'dev', title: 'Workbench', enabled: true } } }),
        );
        await eventually(() => portal.service(Flags).state('workbench') !== undefined);
        expect(portal.service(Flags).isEnabled('workbench')).to.equal(mode === 'test');
        expect(visibleText((await admin.get(`${screen}?type=dev`)).text)).to.match(words);
      } finally {
        await portal.stop();
      }
    });
  }
});

async function eventually(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 400 && !holds(); turn += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(holds()).to.equal(true);
}
