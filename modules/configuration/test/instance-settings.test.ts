import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Settings } from '@portico/configuration/api';
import { instanceScope } from '@portico/core';
import type { TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { formOf, instancePage, saveForm, startSampleSettings, type TestClient, visibleText } from '../testing/index.js';

const key = 'sk-canary-0123456789-wxyz';

describe('Instance Settings', () => {
  let portal: TestPortal;
  let admin: TestClient;
  /** Every answer of the portal, to look for the key in. */
  const answers: string[] = [];
  before(async () => {
    portal = await startSampleSettings();
    admin = await portal.signIn();
  });
  after(() => portal.stop());

  const page = async (path = instancePage): Promise<string> => {
    const { text } = await admin.get(path);
    answers.push(text);
    return text;
  };
  const save = async (changes: Readonly<Record<string, string | undefined>>): ReturnType<typeof saveForm> => {
    const answer = await saveForm(portal, admin, instancePage, changes);
    answers.push(answer.text);
    return answer;
  };
  const values = (): Readonly<Record<string, unknown>> =>
    (portal.service(Settings).byId('sample')?.handle.get(instanceScope) ?? {}) as Readonly<Record<string, unknown>>;
  const secret = (): string | undefined => portal.service(Settings).byId('sample')?.handle.secret(instanceScope, 'apiKey');

  it('lists its entries by section', async () => {
    expect(visibleText(await page('/configuration/instance-settings'))).to.match(
      /Content and Data .*Sample .*Platform .*Feature Flags .*Security .*Harbour/,
    );
  });

  it('has a page for each section that has entries', async () => {
    const words = visibleText(await page('/configuration/instance-settings?section=content-and-data'));
    expect(words).to.include('Sample').and.not.to.include('Harbour');
    const statuses = ['?section=ghost', '?ghost=1'].map((query) => admin.get(`/configuration/instance-settings${query}`));
    expect((await Promise.all(statuses)).map(({ status }) => status)).to.deep.equal([400, 400]);
  });

  it('shows each field with its label, its value and where it comes from', async () => {
    const html = await page();
    expect(html).to.match(/<label for="setting-apiKey">API Key<\/label>/);
    expect(html).to.match(/<label for="setting-lamp">Light the Lamp<\/label>/);
    expect(html).to.match(/<input type="checkbox" id="setting-lamp"[^>]*>/);
    expect(visibleText(html))
      .to.match(/API Key .* Not set\./)
      .and.not.to.include('By default');
    expect(formOf(html)).to.include({ greeting: 'Ahoy', seconds: '5', colour: 'white', horn: 'on', apiKey: '' });
  });

  it('stores what was changed, and only that', async () => {
    const answer = await save({ greeting: '  Hello ', lamp: 'on', horn: undefined, colour: 'red', apiKey: key });
    expect([answer.status, answer.location]).to.deep.equal([303, instancePage]);
    expect(values()).to.deep.include({ greeting: 'Hello', lamp: true, horn: false, colour: 'red', seconds: 5, budget: 100 });
    const handle = portal.service(Settings).byId('sample')?.handle;
    expect(handle?.resolve(instanceScope, 'seconds')).to.include({ own: undefined, origin: 'default' });
    expect(handle?.resolve(instanceScope, 'greeting')).to.include({ own: 'Hello', inherited: 'Ahoy', origin: 'instance' });
    const words = visibleText(await page());
    expect(words).to.include('Sample was saved and is in force.');
    expect(words).to.include('Set here. Otherwise: Ahoy, by default.');
  });

  it('shows of a secret its last four characters, who set it and when, and never the secret', async () => {
    const html = await page();
    const setBy = portal.service(Settings).byId('sample')?.handle.get(instanceScope).apiKey as { setBy?: string };
    expect(visibleText(html)).to.match(/In force: Ends in wxyz, from Instance Settings \( .*, set by .+\)/);
    expect(setBy.setBy).to.be.a('string').and.not.equal('');
    expect(formOf(html).apiKey).to.equal('');
    expect(secret()).to.equal(key);
  });

  it('keeps a secret when the form is saved without typing one', async () => {
    await save({ greeting: 'Again' });
    expect([secret(), values().greeting]).to.deep.equal([key, 'Again']);
  });

  it('refuses a wrong value of any field, saves nothing, and keeps what was typed', async () => {
    const { status, text } = await save({
      apiKey: `${key} with spaces`,
      greeting: 'Typed <b>',
      seconds: '61',
      page: 'javascript:alert(1)',
    });
    expect(status).to.equal(400);
    const words = visibleText(text);
    expect(words)
      .to.include('This is not a key: it has spaces')
      .and.include('Enter 60 or less.')
      .and.include('Enter an address that starts with');
    expect(formOf(text)).to.include({ greeting: 'Typed &lt;b&gt;', seconds: '61', page: 'javascript:alert(1)', apiKey: '' });
    expect([secret(), values().greeting, values().seconds]).to.deep.equal([key, 'Again', 5]);
    expect(text).to.match(
      /id="setting-seconds"[^>]* aria-invalid="true" aria-describedby="setting-seconds-error setting-seconds-unit setting-seconds-state"/,
    );
  });

  it('keeps what was typed also when it is the end of what stood there', async () => {
    await save({ notes: 'see: the sea' });
    const { text } = await save({ notes: ' the sea', seconds: '0' });
    expect(formOf(text).notes).to.equal(' the sea');
    await save({ notes: '' });
  });

  it('refuses a key with a line break', async () => {
    const { status, text } = await save({ apiKey: `${key}\nX-Header: 1` });
    expect([status, secret()]).to.deep.equal([400, key]);
    expect(text).not.to.include('X-Header');
  });

  it('refuses fields that the definition does not have', async () => {
    const { status } = await save({ admin: 'true' });
    expect(status).to.equal(400);
  });

  it('shows both values when somebody else saved meanwhile, and touches nothing that was left alone', async () => {
    const mine = formOf(await page());
    await save({ greeting: 'Theirs', seconds: '9' });
    const conflict = await portal.post(admin, instancePage, { ...mine, greeting: 'Mine' });
    expect(conflict.status).to.equal(409);
    const shown = formOf(conflict.text);
    expect(shown).to.include({ greeting: 'Mine', seconds: '9' });
    expect(visibleText(conflict.text))
      .to.include('Stored meanwhile: Theirs')
      .and.to.include('saved these settings while you were editing');
    expect(values()).to.include({ greeting: 'Theirs', seconds: 9 });
    const again = await portal.post(admin, instancePage, shown);
    expect(again.status).to.equal(303);
    expect(values()).to.include({ greeting: 'Mine', seconds: 9 });
  });

  it('lets one of two saves from the same form win, whole, and tells the other', async () => {
    const mine = formOf(await page());
    const saves = await Promise.all(
      ['First', 'Second', 'Third'].map((notes) =>
        portal.post(admin, instancePage, { ...mine, notes, page: `https://${notes}.example` }),
      ),
    );
    expect(saves.map(({ status }) => status).sort()).to.deep.equal([303, 409, 409]);
    const { notes, page: address } = values();
    expect(address).to.equal(`https://${notes}.example`);
    await save({ notes: '', page: '' });
  });

  it('leaves alone what the form showed and nobody touched, even when it is told no revision', async () => {
    const { 'form.revision': _revision, ...mine } = formOf(await page());
    await save({ seconds: '11' });
    expect((await portal.post(admin, instancePage, { ...mine, notes: 'Mine' })).status).to.equal(303);
    expect(values()).to.include({ seconds: 11, notes: 'Mine' });
    await save({ notes: '' });
  });

  it('puts one field back to its default and keeps what is typed in the others', async () => {
    const answer = await save({ 'form.reset': 'greeting', notes: 'not yet saved' });
    expect(answer.status).to.equal(200);
    expect(values()).to.include({ greeting: 'Ahoy', notes: '' });
    expect(formOf(answer.text)).to.include({ notes: 'not yet saved', greeting: 'Ahoy' });
  });

  it('says so when nothing was changed', async () => {
    const before = portal.service(Settings).byId('sample')?.handle.revision(instanceScope);
    expect((await save({})).status).to.equal(303);
    expect(visibleText(await page())).to.include('Nothing was changed in Sample.');
    expect(portal.service(Settings).byId('sample')?.handle.revision(instanceScope)).to.equal(before);
  });

  it('refuses a form without the token of the session', async () => {
    const { status } = await admin.post(instancePage).set('Origin', portal.url).type('form').send({ greeting: 'Forged' });
    expect([status, values().greeting]).to.deep.equal([403, 'Ahoy']);
  });

  it('is there for nobody who may not manage it', async () => {
    const guest = await portal.agent().get(instancePage).set('Accept', 'application/json');
    expect(guest.status).to.equal(401);
  });

  it('has no page while the flag is off, and the values stay', async () => {
    const edit = (enabled: boolean): Promise<unknown> =>
      portal.command(['flags', 'set', 'sample', enabled ? 'on' : 'off']).then(({ exitCode }) => expect(exitCode).to.equal(0));
    await edit(false);
    expect([(await admin.get(instancePage)).status, (await portal.post(admin, instancePage, {})).status]).to.deep.equal([
      404, 404,
    ]);
    expect(visibleText(await page('/configuration/instance-settings'))).not.to.include('Sample');
    await edit(true);
    expect([(await admin.get(instancePage)).status, secret(), values().colour]).to.deep.equal([200, key, 'red']);
  });

  it('removes a secret', async () => {
    await save({ 'apiKey.remove': 'on' });
    expect([secret(), (values().apiKey as { isSet: boolean }).isSet]).to.deep.equal([undefined, false]);
    await save({ apiKey: key });
  });

  it('lets no secret into an answer, the log or a file', async () => {
    const files = await readdir(portal.home, { recursive: true, withFileTypes: true });
    const contents = await Promise.all(
      files.filter((entry) => entry.isFile()).map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')),
    );
    const places = [...answers, portal.log(), ...contents];
    expect(places.filter((text) => text.includes('sk-canary'))).to.have.length(0);
    expect(answers).to.have.length.above(15);
  });
});
