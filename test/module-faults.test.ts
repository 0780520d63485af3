import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';

const root = resolve(import.meta.dirname, '../..');

/** Modules of others, each wrong in its own way. */
const modules: Readonly<Record<string, string>> = {
  'breaks-loading': `throw new Error('not today');`,
  'breaks-setup': `export default defineModule(() => { throw new Error('no plan'); });`,
  'breaks-making': `
    class Clumsy { constructor() { throw new Error('dropped it'); } }
    export default defineModule(({ run }) => run(Clumsy));`,
  'never-starts': `
    class Sleeper { onStart() { return new Promise(() => {}); } }
    export default defineModule(({ run }) => run(Sleeper));`,
  'breaks-menu': `
    const item = { href: '/breaks-menu', menu: 'control-panel', category: 'system', get label() { throw new Error('no words'); } };
    export default defineModule(({ contribute }) => {
      contribute(MenuItems).value(item, { id: 'broken' });
      contribute(HttpRoutes).to(Good);
    });
    class Good { prefix = '/breaks-menu'; register(router) { router.get('/', { access: 'public' }, (ctx) => { ctx.body = 'fine'; }); } }`,
  'breaks-routes': `
    class Undeclared { prefix = '/breaks-routes'; register(router) { router.get('/', undefined, () => {}); } }
    export default defineModule(({ contribute }) => contribute(HttpRoutes).to(Undeclared));`,
  'breaks-requests': `
    class Failing { prefix = '/breaks-requests'; register(router) {
      router.get('/now', { access: 'public' }, () => { throw new Error('the password is 1234'); });
      router.get('/later', { access: 'public' }, async () => { await null; throw { odd: 'the password is 1234' }; });
    } }
    export default defineModule(({ contribute }) => contribute(HttpRoutes).to(Failing));`,
  'breaks-stopping': `
    class Stubborn { onStop() { throw new Error('I stay'); } }
    export default defineModule(({ run }) => run(Stubborn));`,
};

describe('a portal with modules that go wrong', () => {
  let folder: string;
  let portal: TestPortal;

  before(async function () {
    this.timeout(60_000);
    folder = await mkdtemp(join(tmpdir(), 'portico-faults-'));
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    for (const [id, source] of Object.entries(modules)) await write(id, { id }, source);
    await write('breaks-manifest', { id: 'breaks-manifest', requirs: {} }, '');
    await write('needs-the-moon', { id: 'needs-the-moon', requires: { 'moon.light': '^1.0.0' } }, '');
    const modulePaths = [join(root, 'modules'), join(folder, 'modules')];
    portal = await startTestPortal({ config: { modulePaths, limits: { moduleStartMillis: 4000 } } });
  });
  after(async () => {
    await portal?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function write(id: string, portico: object, source: string): Promise<void> {
    const path = join(folder, 'modules', id);
    await mkdir(path, { recursive: true });
    const file = { name: `@acme/${id}`, version: '1.0.0', type: 'module', exports: './module.js', portico };
    await writeFile(join(path, 'package.json'), JSON.stringify(file));
    await writeFile(join(path, 'module.js'), `import { defineModule, HttpRoutes, MenuItems } from '@portico/core';\n${source}`);
  }

  const failureOf = (id: string): string | undefined => {
    const failure = portal.modules.status(id)?.failure;
    return failure && `${failure.phase}: ${failure.message}`;
  };

  /** Modules of ours that an operator switches on first. */
  const offByDefault = ['openfeature'];

  it('has all of its own modules, and says of each other one where it went wrong', () => {
    expect(
      portal.modules
        .list()
        .filter(({ id, state }) => !(id in modules) && state !== 'active')
        .map(({ id }) => id),
    ).to.deep.equal(['needs-the-moon', ...offByDefault]);
    expect(portal.modules.status('needs-the-moon')?.reasons).to.deep.equal([
      'Needs moon.light ^1.0.0, which nothing installed offers.',
    ]);
    expect(failureOf('breaks-loading')).to.equal('import: not today');
    expect(failureOf('breaks-setup')).to.equal('setup: no plan');
    expect(failureOf('breaks-making')).to.equal('create: Clumsy cannot be made: dropped it');
    expect(failureOf('never-starts')).to.equal('start: onStart did not finish within 4000 ms.');
    expect(portal.modules.status('breaks-manifest')).to.equal(undefined);
    expect(portal.log()).to.contain('Package @acme/breaks-manifest: \\"portico.requirs\\" is not a key that modules have.');
  });

  it('leaves a broken menu item out, counts it, and shows the rest', async () => {
    const administrator = await portal.signIn();
    const page = await administrator.get('/web/home');
    expect(page.status).to.equal(200);
    expect(page.text).to.contain('Instance Settings');
    expect((await administrator.get('/breaks-menu')).text).to.equal('fine');
    const [trouble] = portal.modules.status('breaks-menu')?.contributionErrors ?? [];
    expect(trouble).to.deep.include({ point: 'portico.menu-items', id: 'broken', message: 'no words' });
    expect((await administrator.get('/configuration/modules/breaks-menu')).text).to.contain('no words');
  });

  it('does not serve routes without a declaration, and says so', async () => {
    expect((await portal.agent().get('/breaks-routes')).status).to.equal(404);
    expect(portal.modules.status('breaks-routes')?.contributionErrors[0]?.point).to.equal('portico.http-routes');
  });

  for (const path of ['/breaks-requests/now', '/breaks-requests/later'])
    it(`answers ${path} with a reference and without the words of the error`, async () => {
      const answer = await portal.agent().get(path);
      expect(answer.status).to.equal(500);
      expect(answer.text).not.to.contain('1234');
      expect(portal.modules.status('breaks-requests')?.state).to.equal('active');
      expect((await portal.agent().get('/web/home')).status).to.equal(200);
    });

  it('stops what does not want to be stopped', async () => {
    const status = await portal.modules.stop('breaks-stopping');
    expect([status.state, failureOf('breaks-stopping')]).to.deep.equal(['resolved', 'stop: I stay']);
  });

  it('answers 503 for pages of a module that failed, and 404 for those of one that is disabled', async () => {
    const failed = await portal.agent().get('/breaks-setup');
    expect([failed.status, failed.headers['retry-after']]).to.deep.equal([503, '30']);
    await portal.modules.disable('breaks-setup');
    expect((await portal.agent().get('/breaks-setup')).status).to.equal(404);
  });
});
