import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { AccessContexts, AuditLog, Jobs, type Site, SiteDirectory, UnitOfWork } from '@portico/core';
import { eventually, startTestPortal, type TestPortal } from '@portico/core/testing';
import { Documents } from '@portico/documents-media/api';
import { People } from '@portico/identity/api';
import { Sites } from '@portico/sites/api';
import { expect } from 'chai';
import { tablesOf } from './support/earlier-states.js';
import { FixtureModules } from './support/fixture-modules.js';
import { noisePicture } from './support/noise-picture.js';
import { PortalProcess } from './support/portal-process.js';

type Visitor = Awaited<ReturnType<TestPortal['signIn']>>;

/** Tables in which it stays written that there was a site. */
const remembers = new Set(['portico_audit']);

function tablesWith(home: string, siteId: string): readonly string[] {
  return [...tablesOf(home)]
    .filter(([table, rows]) => !remembers.has(table) && JSON.stringify(rows).includes(siteId))
    .map(([table]) => table);
}

const filesIn = (home: string): readonly string[] =>
  readdirSync(join(home, 'blobs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();

/** A site with something of every module. */
async function fill(portal: TestPortal, visitor: Visitor, address: string, documents = 3): Promise<Site> {
  const site = await portal.service(Sites).add({ name: 'Short Lived', address });
  const access = portal.service(AccessContexts).system(site);
  const library = portal.service(Documents);
  await portal.post(visitor, `/web/${address}/documents-media/folders/new`, { name: 'Drafts' });
  for (let index = 0; index < documents; index += 1)
    await library.add(access, { name: `picture ${index}.png`, content: noisePicture(16) });
  await portal.post(visitor, `/web/${address}/web-content/new`, { title: 'News', body: '<p>New.</p>', intent: 'publish' });
  await portal.command(['settings', 'set', 'documents-media.storageQuota', '5000000', '--site', address]);
  const logo = join(portal.home, 'logo.png');
  writeFileSync(logo, noisePicture(16));
  await portal.command(['branding', '--site', address, '--logo', logo]);
  const people = portal.service(People);
  const { id } =
    people.byEmail('ada@example.org') ??
    (await people.add({ email: 'ada@example.org', name: 'Ada', password: 'grey pebbles by the river' }));
  await people.grant(id, 'Author', site.id);
  return site;
}

describe('A site that is deleted', function () {
  this.timeout(60_000);

  describe('in a running portal', () => {
    let portal: TestPortal;
    let visitor: Visitor;
    before(async () => {
      portal = await startTestPortal();
      visitor = await portal.signIn();
    });
    after(() => portal.stop());

    const isGone = (address: string): boolean =>
      !portal.service(SiteDirectory).byAddress(address) &&
      !portal
        .service(SiteDirectory)
        .trashed()
        .some((site) => site.address === address);

    it('asks for its address, says what is in it, goes into the trash and comes back as it was', async () => {
      const { id } = await fill(portal, visitor, 'regretted');
      const question = await visitor.get(`/sites/${id}/delete`);
      expect(question.text)
        .to.match(/<dt>Documents<\/dt><dd>3<\/dd>/)
        .and.to.match(/<dt>Articles<\/dt><dd>1<\/dd>/);
      expect((await portal.post(visitor, `/sites/${id}/delete`, { address: 'regret' })).status).to.equal(400);
      expect((await portal.post(visitor, `/sites/${id}/delete`, { address: 'regretted' })).status).to.equal(303);
      expect((await visitor.get('/web/regretted')).status).to.equal(404);
      expect((await visitor.get('/sites/trash')).text).to.include('Short Lived');
      expect((await visitor.get('/sites')).text).not.to.include('/web/regretted');
      const taken = await portal.post(visitor, '/sites/new', { name: 'Another', address: 'regretted' });
      expect(taken.text).to.include('A site in the trash has the address regretted.');
      expect((await portal.command(['doctor'])).out).not.to.match(/gone/);
      expect((await portal.post(visitor, `/sites/${id}/restore`)).status).to.equal(303);
      expect((await visitor.get('/web/regretted/documents-media')).text).to.include('picture 1.png');
    });

    it('is erased with everything that is in it, and only the audit log knows that it was there', async () => {
      const before = filesIn(portal.home);
      const { id } = await fill(portal, visitor, 'erased');
      expect(tablesWith(portal.home, id)).to.include.members([
        'sites_site',
        'documents_media_document',
        'documents_media_folder',
        'web_content_article',
        'configuration_setting',
        'identity_role_assignment',
      ]);
      await portal.post(visitor, `/sites/${id}/delete`, { address: 'erased' });
      const begun = await portal.post(visitor, `/sites/${id}/erase`, { address: 'erased' });
      expect(begun.headers.location).to.match(/^\/jobs\/[0-9a-f-]{36}$/);
      await eventually(() => isGone('erased'), 'erased', 20);
      const place = String(begun.headers.location);
      const job = await visitor.get(place).set('Accept', 'application/json');
      expect(job.body).to.include({ kind: 'sites.erase', name: 'Erase the site Short Lived', state: 'succeeded' });
      expect(job.body.done).to.be.at.least(6);
      expect(tablesWith(portal.home, id)).to.deep.equal([]);
      await eventually(() => filesIn(portal.home).length === before.length, 'files gone', 10);
      const { records } = await portal.service(AuditLog).list({ scope: id, area: 'sites' });
      expect(records.map(({ action }) => action)).to.deep.equal(['erased', 'erasing', 'deleted', 'added']);
      expect((await portal.command(['doctor'])).exitCode).to.equal(0);
      expect((await portal.service(Sites).add({ name: 'Next', address: 'erased' })).id).not.to.equal(id);
    });

    it('takes nothing more of an upload that began before', async () => {
      const { id } = await fill(portal, visitor, 'late', 1);
      const site = portal.service(SiteDirectory).byId(id) as Site;
      const content = new PassThrough();
      content.write('the first half, ');
      const adding = portal
        .service(Documents)
        .add(portal.service(AccessContexts).system(site), { name: 'late.txt', content })
        .then(
          () => 'added',
          (error: { code?: string }) => error.code,
        );
      expect((await portal.command(['sites', 'delete', '--address', 'late', '--permanently', '--yes'])).exitCode).to.equal(0);
      await eventually(() => isGone('late'), 'erased', 20);
      content.end('and the second');
      expect(await adding).to.equal('not-found');
      expect(tablesWith(portal.home, id)).to.deep.equal([]);
    });

    it('is followed by who began it and by administrators alone', async () => {
      const [job] = await portal.service(Jobs).list();
      const ada = await portal.signIn({ email: 'ada@example.org', password: 'grey pebbles by the river' });
      expect((await ada.get(`/jobs/${job?.id}`)).status).to.equal(404);
      expect((await ada.get('/jobs')).text).to.include('No job');
      expect((await ada.get('/jobs/all')).status).to.equal(404);
      expect((await visitor.get('/jobs')).text).to.include('Erase the site Short Lived');
      const { out } = await portal.command(['jobs', 'list', '--json']);
      expect(JSON.parse(out)[0]).to.include({ id: job?.id, state: 'succeeded' });
    });

    it('is not erased when somebody restored it a moment ago, although the memory does not know that yet', async () => {
      const { id } = await fill(portal, visitor, 'raced', 1);
      expect((await portal.post(visitor, `/sites/${id}/delete`, { address: 'raced' })).status).to.equal(303);
      const unitOfWork = portal.service(UnitOfWork);
      let release = (): void => {};
      const held = new Promise<void>((resolve) => (release = resolve));
      // What follows other commits waits for this.
      const slow = unitOfWork.write(async (transaction) => transaction.afterCommit(() => held));
      const restored = portal.post(visitor, `/sites/${id}/restore`);
      const restoring = restored.then(({ status }) => status);
      await eventually(
        async () =>
          (await unitOfWork.read((reader) => reader.query("SELECT id FROM sites_site WHERE id = ? AND state = 'active'", [id])))
            .length === 1,
        'restored on disk',
        10,
      );
      const erased = portal.post(visitor, `/sites/${id}/erase`, { address: 'raced' });
      const erasing = erased.then(({ status }) => status);
      // Who is refused need not wait for what follows; who is not, does.
      await Promise.race([erasing, new Promise((resolve) => setTimeout(resolve, 1000))]);
      release();
      await slow;
      expect([await restoring, await erasing]).to.deep.equal([303, 409]);
      expect((await visitor.get('/web/raced/documents-media')).text).to.include('picture 0.png');
    });

    it('is archived: read and not changed, away from lists, and brought back', async () => {
      const { id } = await fill(portal, visitor, 'archived', 1);
      expect((await portal.command(['sites', 'archive', '--address', 'archived'])).exitCode).to.equal(0);
      expect((await visitor.get('/web/archived')).text).to.include('This site is archived');
      expect((await portal.agent().get('/web/archived')).text).not.to.include('archived:');
      const write = await portal.post(visitor, '/web/archived/web-content/new', { title: 'No', body: '', intent: 'publish' });
      expect([write.status, /archived/.test(write.text)]).to.deep.equal([409, true]);
      expect(
        portal
          .service(SiteDirectory)
          .all()
          .map((site) => site.id),
      ).not.to.include(id);
      expect((await portal.command(['sites', 'restore', '--address', 'archived'])).exitCode).to.equal(0);
      expect(
        portal
          .service(SiteDirectory)
          .all()
          .map((site) => site.id),
      ).to.include(id);
    });

    it('is deleted by a command that takes --yes, and is never the last one in use', async () => {
      await portal.service(Sites).add({ name: 'By Hand', address: 'by-hand' });
      expect((await portal.command(['sites', 'delete', '--address', 'by-hand'])).exitCode).to.equal(1);
      expect(portal.service(SiteDirectory).byAddress('by-hand')).not.to.equal(undefined);
      expect((await portal.command(['sites', 'delete', '--address', 'by-hand', '--yes'])).exitCode).to.equal(0);
      for (const { address } of portal.service(SiteDirectory).all().slice(1))
        expect((await portal.command(['sites', 'delete', '--address', address, '--yes'])).exitCode).to.equal(0);
      const [last] = portal.service(SiteDirectory).all();
      const refused = await portal.command(['sites', 'delete', '--address', last?.address ?? '', '--yes']);
      expect([refused.exitCode, /only site in use/.test(refused.err)]).to.deep.equal([1, true]);
    });
  });

  it('is erased to the end after the portal was killed in the middle of it', async function () {
    this.timeout(180_000);
    const home = mkdtempSync(join(tmpdir(), 'portico-erase-'));
    const modules = await FixtureModules.create();
    const held = join(home, 'held');
    // From the beginning of the erasure on it takes each turn between two pieces, and keeps it for ever once some of the documents are gone.
    await modules.write(
      'holder',
      `import { writeFileSync } from 'node:fs';
       class Holder {
         label = 'module.name';
         constructor(unitOfWork) { this.unitOfWork = unitOfWork; }
         onStart() { this.waiting = setInterval(() => { if (this.begin) { clearInterval(this.waiting); void this.look(); } }, 20); }
         async count() { return 0; }
         async erase() {
           if (this.all === undefined) await new Promise((resolve) => { this.begin = resolve; });
           return 0;
         }
         async look() {
           const looked = this.unitOfWork.write(async (transaction) => {
             const { length } = await transaction.query('SELECT id FROM documents_media_document');
             this.all ??= length;
             if (length === this.all) return;
             writeFileSync(${JSON.stringify(held)}, '');
             await new Promise(() => {});
           });
           this.begin();
           await looked;
           setImmediate(() => void this.look());
         }
       }
       core.injectable()(Holder);
       core.inject(core.UnitOfWork)(Holder, undefined, 0);
       export default defineModule(({ contribute, run }) => { run(Holder); contribute(core.SiteContents).to(Holder, { order: 1 }); });`,
    );
    let running: PortalProcess | undefined;
    try {
      const first = await startTestPortal({ home });
      const { id } = await fill(first, await first.signIn(), 'killed', 2);
      const access = first.service(AccessContexts).system(first.service(SiteDirectory).byId(id) as Site);
      for (let index = 0; index < 55; index += 1)
        await first.service(Documents).add(access, { name: `${index}.txt`, content: Buffer.from(`page ${index}`) });
      await first.command(['sites', 'delete', '--address', 'killed', '--yes']);
      await first.stop({ keep: true });

      running = await PortalProcess.start(home, 'start', modules.environment);
      const headers = await running.signIn();
      const body = new URLSearchParams({ address: 'killed' });
      await fetch(`${running.url}/sites/${id}/erase`, { method: 'POST', headers, body, redirect: 'manual' });
      await eventually(() => existsSync(held), 'half erased', 30);
      running.kill('SIGKILL');
      await running.ended;
      expect(tablesOf(home).get('documents_media_document')?.length).to.be.within(1, 56);

      const next = await startTestPortal({ home });
      await eventually(() => next.service(SiteDirectory).trashed().length === 0, 'erased', 30);
      expect(tablesWith(home, id)).to.deep.equal([]);
      expect((await next.service(Jobs).list()).map(({ state }) => state)).to.deep.equal(['succeeded']);
      expect((await next.command(['doctor'])).exitCode).to.equal(0);
      await next.stop({ keep: true });
    } finally {
      running?.kill('SIGKILL');
      await modules.remove();
      rmSync(home, { recursive: true, force: true });
    }
  });
});
