import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SiteDirectory, UnitOfWork } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { Sites } from '../api/index.js';
import migrations from '../migrations/index.js';

type TestClient = ReturnType<TestPortal['agent']>;

describe('Sites', () => {
  let portal: TestPortal;
  let administrator: TestClient;

  before(async () => {
    portal = await startTestPortal();
    administrator = await portal.signIn();
  });

  after(() => portal.stop());

  it('begin with Home, where the bare address leads', async () => {
    expect(portal.service(SiteDirectory).all()).to.have.length(1);
    const door = await portal.agent().get('/');
    expect(door.headers.location).to.equal('/web/home');
    const page = await portal.agent().get('/web/home');
    expect(page.status).to.equal(200);
    expect(page.text).to.match(/<h1[^>]*>Home<\/h1>/);
    expect(page.text).to.include('Nothing is published here yet');
  });

  it('are added on the page Sites, and are there at once', async () => {
    const answer = await portal.post(administrator, '/sites/new', { name: ' The  Guide ', address: 'guide' });
    expect([answer.status, answer.headers.location]).to.deep.equal([303, '/web/guide']);
    expect((await administrator.get('/web/guide')).text).to.include('The site The Guide is there.');
    expect((await administrator.get('/sites')).text).to.include('/web/guide');
    expect((await portal.agent().get('/web/guide')).text).to.match(/<h1[^>]*>The Guide<\/h1>/);
  });

  it('have addresses of lower-case letters, digits and hyphens, and keep what was typed otherwise', async () => {
    for (const address of ['', 'Guide', 'a b', '-a', 'a-', 'ä', '../x', 'a/b', 'x'.repeat(61), 'sign-in', 'web']) {
      const answer = await portal.post(administrator, '/sites/new', { name: 'Some name', address });
      expect(answer.status, address).to.equal(400);
      expect(answer.text, address).to.include('value="Some name"').and.to.include('aria-invalid="true"');
    }
    expect((await portal.post(administrator, '/sites/new', { name: ' ', address: 'fine' })).text).to.include('Enter a name');
    expect(portal.service(SiteDirectory).byAddress('fine')).to.equal(undefined);
  });

  it('have an address each, also when two are added at once', async () => {
    const add = () => portal.service(Sites).add({ name: 'Twin', address: 'twin' });
    const answers = await Promise.allSettled([add(), add()]);
    expect(answers.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected']);
    expect((await portal.post(administrator, '/sites/new', { name: 'Twin', address: 'twin' })).status).to.equal(409);
  });

  it('are renamed and keep their address', async () => {
    const site = await portal.service(Sites).add({ name: 'Before', address: 'renamed' });
    expect((await portal.post(administrator, `/sites/${site.id}`, { name: 'After' })).status).to.equal(303);
    expect(portal.service(SiteDirectory).byAddress('renamed')).to.deep.equal({ ...site, name: 'After' });
    expect(portal.service(SiteDirectory).byId(site.id)?.name).to.equal('After');
    expect((await portal.post(administrator, `/sites/${site.id}`, { name: '' })).status).to.equal(400);
    expect((await portal.post(administrator, '/sites/01890a5d-ac96-774b-bcce-b302099a8057', { name: 'X' })).status).to.equal(404);
  });

  it('tell whoever listens about each change, after it is in place', async () => {
    const names: string[] = [];
    const directory = portal.service(SiteDirectory);
    const subscription = directory.onDidChange(() => names.push(directory.byAddress('heard')?.name ?? ''));
    const { id } = await portal.service(Sites).add({ name: 'One', address: 'heard' });
    await portal.service(Sites).rename(id, 'Two');
    await subscription.dispose();
    expect(names).to.deep.equal(['One', 'Two']);
  });

  it('are sorted by what the numbers in their names count, in menus and page by page, and found by the numbers that stand there', async () => {
    const numbers = [...Array.from({ length: 24 }, (_, index) => index + 1), 100];
    for (const number of numbers.toReversed())
      await portal.service(Sites).add({ name: `Class ${number}`, address: `class-${number}` });
    const expected = numbers.map((number) => `Class ${number}`);
    const all = portal.service(SiteDirectory).all();
    expect(all.map(({ name }) => name).filter((name) => name.startsWith('Class'))).to.deep.equal(expected);
    const shown = (text: string): readonly string[] => [
      ...new Set(Array.from(text.matchAll(/"\/web\/class-(\d+)"/g), ([, number = '']) => `Class ${number}`)),
    ];
    const main = (text: string): string => text.slice(text.indexOf('<main'));
    const first = main((await administrator.get('/sites?q=class')).text);
    const next =
      /href="(?:[^"]*)?(\?[^"]*after[^"]*)"/.exec(first)?.[1]?.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=') ?? '';
    const second = main((await administrator.get(`/sites${next}`)).text);
    expect([...shown(first), ...shown(second)]).to.deep.equal(expected);
    expect(shown(main((await administrator.get('/sites?q=class+24')).text))).to.deep.equal(['Class 24']);
    expect(shown(main((await administrator.get('/sites?q=class+224')).text))).to.deep.equal([]);
  });

  it('that do not exist answer 404', async () => {
    expect((await portal.agent().get('/web/nowhere')).status).to.equal(404);
    expect((await portal.agent().get('/web')).status).to.equal(404);
  });

  it('are listed and added by command', async () => {
    expect(await portal.command(['sites', 'add', '--name', 'Lab', '--address', 'lab'])).to.deep.equal({
      exitCode: 0,
      out: 'Added Lab at /web/lab.\n',
      err: '',
    });
    expect((await portal.command(['sites', 'list'])).out).to.include('home  Home\nlab  Lab\n');
    expect((await portal.command(['sites', 'add', '--name', 'Lab', '--address', 'lab'])).exitCode).to.equal(1);
  });
});

describe('Sites over a restart', () => {
  let home: string;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'portico-sites-'));
  });

  after(() => rm(home, { recursive: true, force: true }));

  it('stay what they were, and no second Home is made', async () => {
    const first = await startTestPortal({ home });
    await first.service(Sites).add({ name: 'Guide', address: 'guide' });
    const before = first.service(SiteDirectory).all();
    await first.stop();
    const second = await startTestPortal({ home });
    try {
      expect(second.service(SiteDirectory).all()).to.deep.equal(before);
    } finally {
      await second.stop();
    }
  });
});

describe('the numbers in names of sites', () => {
  it('are sorted by what they count, and as they were before when that is taken back', async () => {
    const portal = await startTestPortal();
    try {
      const steps = migrations.map((Migration) => new Migration());
      const name = `10 ${'ß'.repeat(150)}`;
      const keys: string[] = [];
      await portal.service(UnitOfWork).write(async (transaction) => {
        const keep = async (): Promise<void> => {
          const [row] = await transaction.query<{ key: string }>('SELECT name_key AS "key" FROM sites_site');
          keys.push(row?.key ?? '');
        };
        await transaction.query('UPDATE sites_site SET name = ?', [name]);
        const first = steps.findIndex((step) => step.name === 'SortSitesByNumber1764640000000');
        for (const step of steps.slice(first).toReversed()) await step.down(transaction);
        await keep();
        await steps[first]?.up(transaction);
        await keep();
        const before = steps.findIndex((step) => step.name === 'SortSitesByName1764600000000');
        for (const step of steps.slice(before, first + 1).toReversed()) await step.down(transaction);
        await steps[before]?.up(transaction);
        await keep();
      });
      // The former key had 200 signs, and is what the former migration still makes.
      expect(keys).to.deep.equal([`10 ${'s'.repeat(197)}`, `210 ${'s'.repeat(296)}`, `10 ${'s'.repeat(197)}`]);
    } finally {
      await portal.stop();
    }
  });
});
