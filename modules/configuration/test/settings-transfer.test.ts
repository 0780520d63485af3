import { Settings, type SettingsFields, type SettingsHandle } from '@portico/configuration/api';
import { AuditLog, Flags, instanceScope, SiteDirectory, siteScope } from '@portico/core';
import type { TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { instancePage, saveForm, sitePage, startSampleSettings, type TestClient, visibleText } from '../testing/index.js';

const key = 'sk-transfer-0123456789-wxyz';
const page = '/configuration/settings-transfer';

interface File {
  readonly format: string;
  readonly version: number;
  readonly settings: readonly {
    readonly scope: string;
    readonly id: string;
    readonly values: object;
    readonly secretsLeftOut?: readonly string[];
  }[];
}

describe('Export and import of settings', () => {
  let portal: TestPortal;
  let admin: TestClient;
  before(async () => {
    portal = await startSampleSettings({
      environment: {
        PORTICO_SECRET_LAMP: `${key}-env`,
        PORTICO_SETTING_SAMPLE_HORN: 'false',
        PORTICO_LOCKED_SETTINGS: 'sample.horn',
      },
    });
    admin = await portal.signIn();
    await saveForm(portal, admin, instancePage, { greeting: 'Hello', lamp: 'on', apiKey: key, seconds: '7' });
    await saveForm(portal, admin, sitePage, { 'greeting.mode': 'own', greeting: 'Welcome', 'apiKey.mode': 'none' });
  });
  after(() => portal.stop());

  const handle = (): SettingsHandle<SettingsFields> => {
    const found = portal.service(Settings).byId('sample');
    if (!found) throw new Error('The sample is gone.');
    return found.handle;
  };
  const home = (): ReturnType<typeof siteScope> => siteScope(portal.service(SiteDirectory).byAddress('home')?.id ?? '');
  const exported = async (...options: readonly string[]): Promise<File> =>
    JSON.parse((await portal.command(['settings', 'export', ...options])).out) as File;
  const fileOf = (values: object, entry: object = {}): string =>
    JSON.stringify(
      { format: 'portico-settings', version: 1, settings: [{ scope: 'instance', id: 'sample', values, ...entry }] },
      undefined,
      2,
    );
  const run = (text: string, ...options: readonly string[]): ReturnType<TestPortal['command']> =>
    portal.command(['settings', 'import', ...options], text);

  it('writes everything, one scope or one entry, and never a secret', async () => {
    const all = await portal.command(['settings', 'export']);
    expect(all.out).not.to.include(key);
    const { format, version, settings } = JSON.parse(all.out) as File;
    expect([format, version]).to.deep.equal(['portico-settings', 1]);
    expect(settings).to.deep.equal([
      { scope: 'instance', id: 'sample', values: { lamp: true, greeting: 'Hello', seconds: 7 }, secretsLeftOut: ['apiKey'] },
      { scope: 'site:home', id: 'sample', values: { apiKey: { none: true }, greeting: 'Welcome' } },
    ]);
    expect((await exported('--scope', 'site:home')).settings).to.have.length(1);
    expect((await exported('--entry', 'harbour')).settings).to.deep.equal([]);
    expect((await portal.command(['settings', 'export', '--scope', 'site:ghost'])).exitCode).to.equal(1);
  });

  it('takes back what it wrote, and changes nothing then', async () => {
    const { out } = await portal.command(['settings', 'export']);
    expect((await run(out)).out.trim()).to.equal('0 changed.');
  });

  it('shows in a dry run what would change, and changes nothing', async () => {
    const dry = await run(fileOf({ greeting: 'From a file', seconds: null }), '--dry-run');
    expect([dry.exitCode, dry.out]).to.deep.equal([
      0,
      'instance sample.greeting: "Hello" -> "From a file"\ninstance sample.seconds: 7 -> (inherits)\n2 to change.\n',
    ]);
    expect(handle().get(instanceScope)).to.include({ greeting: 'Hello', seconds: 7 });
  });

  it('imports, says so in the audit log, and can be undone', async () => {
    const values = { greeting: 'From a file', seconds: null, apiKey: { reference: 'env:PORTICO_SECRET_LAMP' } };
    const done = await run(fileOf(values));
    const id = /portico settings undo (\S+)/.exec(done.out)?.[1] ?? '';
    expect(handle().get(instanceScope)).to.include({ greeting: 'From a file', seconds: 5 });
    expect(handle().secret(instanceScope, 'apiKey')).to.equal(`${key}-env`);
    const { records } = await portal.service(AuditLog).list({ area: 'settings', via: 'import' });
    expect(records.map(({ attribute }) => attribute).sort()).to.deep.equal(['apiKey', 'greeting', 'seconds']);
    expect((await exported('--scope', 'instance')).settings[0]?.values).to.deep.include({
      apiKey: { reference: 'env:PORTICO_SECRET_LAMP' },
    });

    expect((await portal.command(['settings', 'undo', id])).out).to.equal('3 put back.\n');
    expect(handle().get(instanceScope)).to.include({ greeting: 'Hello', seconds: 7 });
    expect(handle().secret(instanceScope, 'apiKey')).to.equal(key);
    expect((await portal.command(['settings', 'undo', id])).err).to.include('There is no such import to undo.');
  });

  it('is not undone over what somebody saved since', async () => {
    await run(fileOf({ greeting: 'Imported', seconds: 8 }));
    await saveForm(portal, admin, instancePage, { greeting: 'Newer' });
    const undo = await portal.command(['settings', 'undo']);
    expect([undo.exitCode, undo.err.includes('sample.greeting')]).to.deep.equal([1, true]);
    expect(handle().get(instanceScope)).to.include({ greeting: 'Newer', seconds: 8 });
    await saveForm(portal, admin, instancePage, { greeting: 'Imported' });
    expect((await portal.command(['settings', 'undo'])).exitCode).to.equal(0);
  });

  const faults: readonly (readonly [string, string, string])[] = [
    ['a text that is no JSON', '{\n  "format": oops }', 'Line 2, column 13: '],
    ['another format', '{"format": "x"}', 'Line 1, column 2, format: This is no file of settings'],
    [
      'a later version',
      '{"format": "portico-settings",\n"version": 2, "settings": []}',
      'Line 2, column 1, version: "version" must be 1',
    ],
    [
      'a value that does not fit',
      fileOf({ greeting: 'Fine', seconds: 61 }),
      'Line 10, column 9, settings.0.values.seconds: Enter 60 or less.',
    ],
    ['a value of the wrong kind', fileOf({ greeting: { a: 1 } }), 'settings.0.values.greeting: Give a text'],
    ['a secret in clear', fileOf({ apiKey: key }), 'settings.0.values.apiKey: A secret never stands in a file.'],
    ['a locked setting', fileOf({ horn: true }), 'PORTICO_SETTING_SAMPLE_HORN locks sample.horn.'],
    ['a site that is not there', fileOf({}, { scope: 'site:ghost' }), 'settings.0.scope: There is no scope "site:ghost".'],
    [
      'what sites cannot have',
      fileOf({ budget: 5 }, { scope: 'site:home' }),
      'settings.0.values.budget: Sites cannot change this.',
    ],
    ['a stranger in an entry', fileOf({}, { colour: 1 }), 'settings.0.colour: "colour" does not belong here.'],
    ['a reference that is not allowed', fileOf({ apiKey: { reference: 'env:HOME' } }), 'The deployment allows only these places'],
  ];
  for (const [what, text, sentence] of faults) {
    it(`refuses ${what}, naming the line, and changes nothing at all`, async () => {
      const before = handle().get(instanceScope);
      const { exitCode, err, out } = await run(text);
      expect([exitCode, out]).to.deep.equal([1, '']);
      expect(err).to.include(sentence).and.to.include('Nothing was imported.').and.not.to.include(key);
      expect(handle().get(instanceScope)).to.equal(before);
    });
  }

  it('leaves out what no module has any more, and says so', async () => {
    const { exitCode, err } = await run(fileOf({ ghost: 1, seconds: 9 }));
    expect([exitCode, handle().get(instanceScope).seconds]).to.deep.equal([0, 9]);
    expect(err).to.include('settings.0.values.ghost: No module has the setting sample.ghost; it is left out.');
    expect((await run(fileOf({}, { id: 'ghost' }))).err).to.include('No module has the settings ghost');
  });

  it('replaces, when it is told so, what an entry does not name; secrets stay', async () => {
    const { exitCode } = await run(fileOf({ greeting: 'Only this' }), '--replace');
    expect([exitCode, handle().get(instanceScope)]).to.deep.equal([
      0,
      { ...handle().get(instanceScope), greeting: 'Only this', lamp: false, seconds: 5 },
    ]);
    expect(handle().secret(instanceScope, 'apiKey')).to.equal(key);
  });

  it('works for a site on the screen: check, import, undo', async () => {
    const content = fileOf({ greeting: 'On screen' }, { scope: 'site:home' });
    const checked = await portal.post(admin, `${page}/import`, { content, action: 'check' });
    expect(visibleText(checked.text)).to.include('Sample: Greeting Welcome On screen site:home');
    expect(handle().get(home()).greeting).to.equal('Welcome');
    expect((await portal.post(admin, `${page}/import`, { content, action: 'import' })).status).to.equal(303);
    expect(handle().get(home()).greeting).to.equal('On screen');
    const { text } = await admin.get(page);
    const id = /name="id" value="([^"]+)"/.exec(text)?.[1];
    await portal.post(admin, `${page}/undo`, { id });
    expect(handle().get(home()).greeting).to.equal('Welcome');
    const faulty = await portal.post(admin, `${page}/import`, { content: fileOf({ seconds: 99 }), action: 'import' });
    expect([faulty.status, visibleText(faulty.text).includes('Enter 60 or less.')]).to.deep.equal([400, true]);
  });

  it('is downloaded as a file', async () => {
    const { headers, text } = await admin.get(`${page}/export?entry=sample&scope=site%3Ahome`);
    expect(headers['content-disposition']).to.equal('attachment; filename="settings-sample-site-home.json"');
    expect((JSON.parse(text) as File).settings).to.have.length(1);
  });

  it('is for people what their screen is: a hidden page stands in no file, and the operator reaches it all the same', async () => {
    const ids = (file: File): readonly string[] => [...new Set(file.settings.map(({ id }) => id))];
    const downloaded = async (): Promise<File> => JSON.parse((await admin.get(`${page}/export`)).text) as File;
    const content = fileOf({ seconds: 11 });
    await run(fileOf({ seconds: 10 }));
    expect(ids(await downloaded())).to.deep.equal(['sample']);
    expect((await admin.get(page)).text).to.contain('value="sample"');

    await portal.service(Flags).override('sample', false, 'somebody');
    expect((await admin.get(instancePage)).status).to.equal(404);
    expect((await admin.get(page)).text).to.not.contain('value="sample"');
    expect(ids(await downloaded())).to.deep.equal([]);
    expect(JSON.parse((await admin.get(`${page}/export?entry=sample`)).text).settings).to.deep.equal([]);
    const refused = await portal.post(admin, `${page}/import`, { content, action: 'import' });
    expect(visibleText(refused.text)).to.contain('No module has the settings sample');
    expect(handle().get(instanceScope).seconds).to.equal(10);

    expect(ids(await exported())).to.deep.equal(['sample']);
    expect((await portal.command(['settings', 'get', 'sample.seconds'])).out).to.contain('10');
    expect((await run(content)).out).to.contain('1 changed.');
    expect(handle().get(instanceScope).seconds).to.equal(11);
    await portal.service(Flags).override('sample', undefined, 'somebody');
    expect((await admin.get(instancePage)).text).to.contain('value="11"');
  });
});
