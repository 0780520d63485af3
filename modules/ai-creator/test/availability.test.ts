import { writeFile } from 'node:fs/promises';
import { Settings, type SettingsPatch } from '@portico/configuration/api';
import { AccessContexts, Flags, instanceScope, type Scope, siteScope } from '@portico/core';
import { expect } from 'chai';
import type { Response } from 'supertest';
import { author, type CreatorPortal, creatorPage, startCreatorPortal } from './creator-portal.js';

interface Why {
  readonly visible: boolean;
  readonly canCreate: boolean;
  readonly summary: string;
  readonly blocking?: { readonly criterion: string; readonly changeableBy?: string; readonly href?: string };
  readonly steps: readonly {
    readonly criterion: string;
    readonly met: boolean;
    readonly blocks: boolean;
    readonly prevents: boolean;
    readonly reason: string;
    readonly href?: string;
  }[];
}

describe('what decides whether Create AI Image is there', () => {
  let creator: CreatorPortal;
  before(async () => {
    creator = await startCreatorPortal();
  });
  after(() => creator.stop());

  const save = async (scope: Scope, patch: SettingsPatch): Promise<void> => {
    const { person } = creator.portal.service(AccessContexts).system();
    if (person) await creator.portal.service(Settings).of(creatorPage).save(scope, patch, person);
  };
  const page = async (): Promise<string> =>
    (await creator.visitor.get('/web/home/documents-media').set('Accept', 'text/html')).text;
  const dialog = (as = creator.visitor): Promise<Response> =>
    as.get('/web/home/ai-creator/create').set('X-Portico-Fragment', '1').set('Accept', 'text/html').then();
  const why = async (query = '', as = creator.visitor): Promise<Why> =>
    (await as.get(`/web/home/ai-creator/why${query}`).set('Accept', 'application/json')).body as Why;
  const everyRouteRefuses = async (status: number): Promise<void> => {
    expect((await dialog()).status).to.equal(status);
    expect((await creator.create()).status).to.equal(status);
    expect((await creator.visitor.get('/web/home/ai-creator/generations')).status).to.equal(status);
    expect((await creator.visitor.get('/web/home/ai-creator/generations/some')).status).to.equal(status);
    expect((await creator.visitor.get('/web/home/ai-creator/images/some')).status).to.equal(status);
    expect((await creator.addAll({ images: [{ id: 'some', name: '', altText: '' }] } as never)).status).to.equal(status);
    expect(creator.sandbox.requests).to.have.length(0);
  };

  it('is there when everything holds', async () => {
    expect(await page()).to.contain('Create AI Image');
    expect((await dialog()).status).to.equal(200);
    const { visible, steps, blocking } = await why();
    expect({ visible, blocking }).to.deep.equal({ visible: true, blocking: undefined });
    expect(steps.map(({ criterion, met }) => `${criterion} ${met}`)).to.deep.equal([
      'module true',
      'flag true',
      'instance true',
      'site true',
      'permission true',
      'permission true',
      'given true',
      'key true',
      'budget true',
      'model true',
    ]);
  });

  it('goes with the flag: no menu entry, no settings page, and every route refuses', async () => {
    await creator.portal.service(Flags).override('LPD-10793', false, 'system');
    try {
      expect(await page()).to.not.contain('Create AI Image');
      const administrator = await creator.portal.signIn();
      expect((await administrator.get('/configuration/instance-settings/ai-creator')).status).to.equal(404);
      await everyRouteRefuses(403);
      const answer = await creator.create();
      expect(answer.body.error).to.include({ code: 'ai-creator-off' });
      expect(answer.body.error.message).to.contain('What you typed is kept');
      const { visible, blocking } = await why();
      expect([visible, blocking?.criterion]).to.deep.equal([false, 'flag']);
      expect(blocking).to.not.have.property('href');
      expect((await why('', administrator)).blocking?.href).to.equal('/configuration/feature-flags');
    } finally {
      await creator.portal.service(Flags).override('LPD-10793', undefined, 'system');
    }
    expect(await page()).to.contain('Create AI Image');
    expect(creator.portal.service(Settings).of(creatorPage).get(instanceScope).enabled).to.equal(true);
  });

  it('follows the flag file without a restart', async () => {
    const write = (enabled: boolean): Promise<void> =>
      writeFile(
        creator.portal.flagsFile,
        JSON.stringify({ flags: { 'LPD-10793': { type: 'release', title: 'Create AI Image', enabled } } }),
      );
    const seen = async (expected: boolean): Promise<boolean> => {
      for (let tries = 0; tries < 200; tries += 1) {
        if ((await page()).includes('Create AI Image') === expected) return true;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return false;
    };
    await write(false);
    expect(await seen(false)).to.equal(true);
    await write(true);
    expect(await seen(true)).to.equal(true);
  });

  it('goes with the checkbox of the instance', async () => {
    await save(instanceScope, { enabled: { set: false } });
    expect(await page()).to.not.contain('Create AI Image');
    await everyRouteRefuses(403);
    expect((await why()).blocking?.criterion).to.equal('instance');
    await save(siteScope(creator.site.id), { enabled: { set: true } });
    expect(await page(), 'a site never widens').to.not.contain('Create AI Image');
    expect((await why()).blocking?.criterion).to.equal('instance');
    await save(siteScope(creator.site.id), { enabled: 'inherit' });
    await save(instanceScope, { enabled: { set: true } });
  });

  it('goes with the checkbox of the site', async () => {
    await save(siteScope(creator.site.id), { enabled: { set: false } });
    expect(await page()).to.not.contain('Create AI Image');
    await everyRouteRefuses(403);
    const { blocking } = await why();
    expect(blocking?.criterion).to.equal('site');
    expect(blocking?.changeableBy).to.contain('Site Settings');
    await save(siteScope(creator.site.id), { enabled: 'inherit' });
    expect(await page()).to.contain('Create AI Image');
  });

  it('says of every switch what its value is and where it comes from', async () => {
    const reasons = async (): Promise<string> =>
      (await why()).steps.map(({ criterion, reason }) => `${criterion}: ${reason}`).join('\n');
    expect(await reasons())
      .to.include('instance: It is on for the instance, set in Instance Settings.')
      .and.include('site: The site inherits it from the instance.')
      .and.include('key: The one of Instance Settings. It is never shown.')
      .and.include('model: No end of it is announced.');
    const { id } = creator.site;
    await save(siteScope(id), { enabled: { set: false }, model: { set: 'gpt-image-1.5' } });
    expect(await reasons())
      .to.include('site: It is off for the site, set in Site Settings.')
      .and.match(
        /model: It will be shut down on 2026-12-01, in \d+ days?; gpt-image-2\.6-flare then takes its place\.|model: It was shut down/,
      );
    await save(siteScope(id), { enabled: 'inherit', model: { set: 'gpt-image-1' } });
    const { canCreate, steps } = await why();
    expect([canCreate, steps.at(-1)?.met, steps.at(-1)?.reason]).to.deep.equal([
      true,
      false,
      'It was shut down. gpt-image-2.6-flare is asked in its place.',
    ]);
    await save(siteScope(id), { model: 'inherit', apiKey: 'none' });
    const none = await why();
    expect([none.visible, none.canCreate, none.summary]).to.deep.equal([
      true,
      false,
      'Ada Author sees Create AI Image in Home, but no image can be made there now.',
    ]);
    expect(none.steps.find(({ prevents }) => prevents)).to.include({ criterion: 'key' });
    expect(await reasons()).to.include('key: The site says that it has none here.');
    await save(siteScope(id), { apiKey: 'inherit' });
  });

  it('is explained for others by those who may diagnose, and for oneself by everybody', async () => {
    const administrator = await creator.portal.signIn();
    const about = await why(`?person=${encodeURIComponent(author.email)}`, administrator);
    expect([about.visible, about.summary]).to.deep.equal([true, 'Ada Author sees Create AI Image in Home.']);
    for (const email of [creator.portal.administrator.email, 'nobody@portico.example']) {
      const answer = await creator.visitor.get(`/web/home/ai-creator/why?person=${email}`).set('Accept', 'application/json');
      expect(answer.status, email).to.equal(403);
    }
    const folder = await why('?folder=01900000-0000-7000-8000-000000000000');
    expect([folder.visible, folder.blocking?.criterion]).to.deep.equal([false, 'folder']);
    const general = await creator.portal.command([
      'why',
      'documents-media.new-menu-items',
      'ai-creator/create-ai-image',
      '--site',
      'home',
      '--person',
      author.email,
    ]);
    expect([general.exitCode, general.out.split('\n')[0]]).to.deep.equal([
      0,
      'Create AI Image is there for Ada Author in Home. (ai-creator)',
    ]);
  });

  it('needs uploads where an item is chosen', async () => {
    expect((await why('?uploads=false')).blocking?.criterion).to.equal('given');
  });

  it('is not for guests, nor for those who may not add documents', async () => {
    expect((await dialog(creator.portal.agent())).status).to.not.equal(200);
    const result = await creator.portal.command(['why-no-button', '--site', 'home', '--person', author.email]);
    expect(result.exitCode, result.err).to.equal(0);
    expect(result.out).to.contain('sees Create AI Image').and.to.contain('[x] An API key is set');
    const people = await creator.portal.command(['why-no-button', '--site', 'home', '--person', 'nobody@portico.example']);
    expect(people.exitCode).to.equal(1);
    expect(people.err + people.out).to.contain('nobody@portico.example');
  });

  it('stays there without a key: the dialog says what is missing, with a link for those who may set it', async () => {
    const other = await startCreatorPortal({ key: '' });
    try {
      expect((await other.visitor.get('/web/home/documents-media').set('Accept', 'text/html')).text).to.contain(
        'Create AI Image',
      );
      const forAuthors = await other.visitor.get('/web/home/ai-creator/create').set('Accept', 'text/html');
      expect(forAuthors.text).to.contain('An API key is missing').and.to.contain('Ask an administrator');
      expect(forAuthors.text).to.not.contain('instance-settings/ai-creator');
      const administrator = await other.portal.signIn();
      const forAdministrators = await administrator.get('/web/home/ai-creator/create').set('Accept', 'text/html');
      expect(forAdministrators.text).to.contain('/configuration/instance-settings/ai-creator');
      const refused = await other.create();
      expect([refused.status, refused.body.error.code]).to.deep.equal([409, 'ai-creator-key-missing']);
      expect(other.sandbox.requests).to.have.length(0);
    } finally {
      await other.stop();
    }
  });

  it("takes keys of a key's shape only, and never repeats one", async () => {
    for (const wrong of [
      'sk-with a space-123',
      'sk-line\nbreak-1234',
      'sk-ümlaut-12345',
      '"sk-in-quotes-1"',
      'KEY=sk-1',
      'x'.repeat(600),
    ]) {
      const error = await save(instanceScope, { apiKey: { set: wrong } }).catch((thrown: Error) => thrown);
      expect(error).to.include({ code: 'invalid-input' });
      expect(JSON.stringify(error)).to.not.contain(wrong);
    }
    await save(instanceScope, { apiKey: { set: '  sk-with-blanks-around-it\r\n' } });
    expect(creator.portal.service(Settings).of(creatorPage).secret(instanceScope, 'apiKey')).to.equal('sk-with-blanks-around-it');
  });
});
