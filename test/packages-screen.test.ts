import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { answering, ModulePackages } from './support/module-packages.js';

type Visitor = Awaited<ReturnType<TestPortal['signIn']>>;
type Answer = Awaited<ReturnType<TestPortal['post']>>;

const screen = '/configuration/packages';

describe('Installing modules on the screen', function () {
  this.timeout(60_000);
  let packages: ModulePackages;
  let portal: TestPortal;
  let admin: Visitor;
  before(async () => {
    packages = await ModulePackages.create();
    portal = await startTestPortal();
    admin = await portal.signIn();
  });
  after(async () => {
    await portal?.stop();
    await packages?.remove();
  });

  const send = async (visitor: Visitor, file: string | Buffer, address = `${screen}/new`): Promise<Answer> =>
    visitor
      .post(address)
      .set('Origin', portal.url)
      .set('X-Portico-Csrf', await portal.csrf(visitor))
      .attach('package', file, typeof file === 'string' ? undefined : 'broken.tgz');
  const read = async (address: string, visitor = admin): Promise<string> =>
    (await visitor.get(address).set('Accept', 'text/html')).text
      .replace(/<(script|style)[\s\S]*?<\/\1>/g, '')
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ');
  const planIn = async (address: string): Promise<string> =>
    /name="plan" value="([^"]+)"/.exec((await admin.get(address)).text)?.[1] ?? 'none';
  const outcome = async (answer: Answer): Promise<string> => {
    expect(answer.status, answer.text).to.equal(303);
    const address = answer.headers.location as string;
    for (let look = 0; look < 200; look += 1) {
      const { body } = await admin.get(`${address}/state`);
      if (body.isRunning === false) return read(address);
      await sleep(50);
    }
    throw new Error('It does not end.');
  };
  /** Sends a file, says yes to its plan, and answers what came of it. */
  const bring = async (file: string, address?: string): Promise<string> => {
    const { headers } = await send(admin, file, address);
    const plan = headers.location as string;
    return outcome(await portal.post(admin, plan, { plan: await planIn(plan) }));
  };
  const page = async (id: string): Promise<string> => {
    const { status, text } = await portal.agent().get(`/${id}`);
    return status === 200 ? text : String(status);
  };

  it('shows the plan of a file, installs it, updates, rolls back and removes it', async () => {
    const first = await packages.pack({ id: 'scanner' });
    const second = await packages.pack({
      id: 'scanner',
      version: '1.1.0',
      files: { 'module.js': answering('scanner', '1.1.0') },
    });
    expect(await read('/configuration/modules')).to.include('Install Module');
    const sent = await send(admin, first);
    expect(sent.status).to.equal(303);
    const plan = sent.headers.location as string;
    const shown = await read(plan);
    expect(shown)
      .to.include('Install Scanner 1.0.0')
      .and.to.include('Package and portal fit')
      .and.to.include('Not signed')
      .and.to.include('Addresses New: GET /scanner');
    expect(await page('scanner'), 'a plan installs nothing').to.equal('404');
    const done = await outcome(await portal.post(admin, plan, { plan: await planIn(plan) }));
    expect(done).to.include('Scanner 1.0.0 is installed').and.to.include('Scanner: Active.');
    expect(await page('scanner')).to.equal('1.0.0');
    expect((await admin.get(plan)).status, 'what was installed is kept no longer').to.equal(410);

    expect(await bring(second, `${screen}/new?module=scanner`)).to.include('Scanner is updated to 1.1.0');
    expect(await page('scanner')).to.equal('1.1.0');
    const facts = await read('/configuration/modules/scanner');
    expect(facts).to.include('acme-scanner-1.1.0.tgz').and.to.include('Before 1.0.0').and.to.include('Roll Back');

    const back = `${screen}/rollback/scanner`;
    expect(await read(back)).to.include('Roll Scanner back to 1.0.0');
    expect(await outcome(await portal.post(admin, back, { plan: await planIn(back) }))).to.include('Scanner is back at 1.0.0');
    expect(await page('scanner')).to.equal('1.0.0');

    expect(await read(`${screen}/remove/scanner`))
      .to.include('Remove Scanner?')
      .and.to.include('Nothing stays of it.');
    expect(await outcome(await portal.post(admin, `${screen}/remove/scanner`))).to.include('Scanner 1.0.0 is removed');
    expect(await page('scanner')).to.equal('404');
    expect(await read('/configuration/audit-log?area=modules')).to.include('scanner');
  });

  it('says what is wrong with a file, and keeps nothing of it', async () => {
    const broken = await send(admin, Buffer.from('no archive'));
    expect(broken.status).to.equal(422);
    expect(broken.text).to.include('it is no archive as npm pack makes it');
    const empty = await portal.post(admin, `${screen}/new`).catch(() => undefined);
    expect(empty?.status).to.equal(415);
    const none = await send(admin, Buffer.alloc(0));
    expect([none.status, none.text.includes('The file is empty.')]).to.deep.equal([422, true]);
    const large = await (admin
      .post(`${screen}/new`)
      .set('Origin', portal.url)
      .set('X-Portico-Csrf', await portal.csrf(admin))
      .attach('package', await packages.pack({ id: 'signed' }))
      .attach('signature', Buffer.alloc(4097, 'x'), 'signed.sig') as Promise<Answer>);
    expect([large.status, large.text.includes('The signature is no .sig file: it is too large.')]).to.deep.equal([422, true]);
  });

  it('refuses an older version, and leads to rolling back', async () => {
    const old = await packages.pack({ id: 'meter' });
    const young = await packages.pack({ id: 'meter', version: '2.0.0', files: { 'module.js': answering('meter', '2.0.0') } });
    await bring(old);
    await bring(young);
    const { headers } = await send(admin, old);
    const shown = await read(headers.location as string);
    expect(shown).to.include('It cannot be done').and.to.include('1.0.0 is older than 2.0.0').and.to.include('Roll Back');
    const again = await portal.post(admin, headers.location as string, { plan: 'x' });
    expect([again.status, await page('meter')]).to.deep.equal([409, '2.0.0']);
  });

  it('asks again when something else was installed since the plan was shown', async () => {
    const first = await packages.pack({ id: 'lamp' });
    const { headers } = await send(admin, await packages.pack({ id: 'lamp', version: '1.1.0' }));
    const address = headers.location as string;
    const seen = await planIn(address);
    expect((await portal.command(['modules', 'install', first])).exitCode).to.equal(0);
    const answer = await portal.post(admin, address, { plan: seen });
    expect(answer.status).to.equal(409);
    expect(answer.text).to.include('Look at it again').and.to.include('Update Lamp to 1.1.0');
    expect(await outcome(await portal.post(admin, address, { plan: await planIn(address) }))).to.include(
      'Lamp is updated to 1.1.0',
    );
  });

  it('keeps the running version when the new one does not start, and says why', async () => {
    await bring(await packages.pack({ id: 'pump' }));
    const failing = answering('pump', '2.0.0').replace(
      'register(',
      "constructor() { throw new Error('no water'); }\n  register(",
    );
    const said = await bring(await packages.pack({ id: 'pump', version: '2.0.0', files: { 'module.js': failing } }));
    expect(said).to.include('Pump was not updated').and.to.include('no water').and.to.include('Everything is as it was before.');
    expect(await page('pump')).to.equal('1.0.0');
  });

  it('removes a module that stays out because its files were changed', async () => {
    const first = await startTestPortal();
    const { home } = first;
    await first.command(['modules', 'install', await packages.pack({ id: 'bitten' })]);
    await first.stop({ keep: true });
    const [version = ''] = readdirSync(join(home, 'modules/bitten'));
    appendFileSync(join(home, 'modules/bitten', version, 'module.js'), ' ');
    const again = await startTestPortal({ home });
    try {
      const visitor = await again.signIn();
      const { text } = await visitor.get('/configuration/modules');
      const [address = 'none'] = /\/configuration\/packages\/remove\/bitten/.exec(text) ?? [];
      const question = (await visitor.get(address)).text;
      expect(question).not.to.include('href="/configuration/modules/bitten"');
      const answer = await again.post(visitor, address, { data: 'keep' });
      let isRunning = true;
      for (let look = 0; look < 200 && isRunning; look += 1) {
        ({ isRunning } = (await visitor.get(`${answer.headers.location}/state`)).body);
        await sleep(50);
      }
      expect(isRunning).to.equal(false);
      expect((await visitor.get('/configuration/modules')).text).not.to.include('bitten');
    } finally {
      await again.stop({ keep: false });
    }
  });

  it('is for those alone who have its permission, and a file for the one who sent it', async () => {
    const { headers } = await send(admin, await packages.pack({ id: 'private' }));
    const address = headers.location as string;
    const guest = portal.agent();
    expect((await guest.get(`${screen}/new`).set('Accept', 'application/json')).status).to.equal(401);
    const olga = { email: 'olga@portico.example', password: 'correct donkey paperclip fence' };
    await portal.command(['users', 'add', '--email', olga.email, '--name', 'Olga', '--role', 'Operator'], olga.password);
    const other = await portal.signIn(olga);
    expect((await other.get(`${screen}/new`)).status, 'operators may').to.equal(200);
    expect((await other.get(address)).status, 'the file of somebody else').to.equal(410);
    expect((await admin.post(`${screen}/remove/lamp`).set('Origin', portal.url)).status, 'without the token').to.equal(403);
  });
});
