import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { ModulePackages } from './support/module-packages.js';

describe('A page that was opened before its module was updated', function () {
  this.timeout(60_000);
  let packages: ModulePackages;
  let portal: TestPortal;
  before(async () => {
    packages = await ModulePackages.create();
    portal = await startTestPortal();
  });
  after(async () => {
    await portal?.stop();
    await packages?.remove();
  });

  const desk = (version: string): Promise<string> =>
    packages.pack({
      id: 'desk',
      version,
      files: {
        'views/desk.hbs': '<form method="post" action="/desk/notes">{{{csrf}}}<input name="note"></form>',
        'module.js': `import * as core from '@portico/core';
          class Pages {
            prefix = '/desk';
            register(router) {
              router.get('/', { access: 'signed-in' }, (ctx) => ctx.render('desk', {}, { title: 'Desk' }));
              router.post('/notes', { access: 'signed-in', body: core.z.strictObject({ note: core.z.string().min(1) }) }, (ctx) => {
                if (ctx.input.body.note === 'of nobody') throw new core.PortalError('not-found', 'There is no such note.', { status: 404 });
                ctx.redirectWith('/desk', 'Saved.');
              });
            }
          }
          core.injectable()(Pages);
          export default core.defineModule(({ contribute }) => contribute(core.HttpRoutes).to(Pages));`,
      },
    });

  it('is called old when something on it is understood no more; one that came after it is not, and of a link it may be so', async () => {
    await portal.command(['modules', 'install', await desk('1.0.0')]);
    const visitor = await portal.signIn();
    const page = async (): Promise<Readonly<Record<'field' | 'header', string>>> => {
      const { text } = await visitor.get('/desk');
      const [, field = ''] = /name="csrf" value="([^"]+)"/.exec(text) ?? [];
      const [, header = ''] = /name="portico-csrf" content="([^"]+)"/.exec(text) ?? [];
      return { field, header };
    };
    const old = await page();
    await portal.command(['modules', 'update', await desk('2.0.0')]);
    const fresh = await page();
    const sent = async (csrf: string, note: string): Promise<string> =>
      (
        await visitor
          .post('/desk/notes')
          .set({ Origin: portal.url, 'Sec-Fetch-Site': 'same-origin', Accept: 'text/html' })
          .type('form')
          .send({ csrf, note })
      ).text;
    const asked = async (path: string, headers: object = {}): Promise<string> =>
      (await visitor.get(path).set({ 'Sec-Fetch-Site': 'same-origin', Accept: 'text/html', ...headers })).text;
    const isOlder = 'Desk was updated to version 2.0.0, and the page that you came from is older. Load that page again.';
    const mayBe = 'Desk was updated to version 2.0.0, and the page that you came from may be older. Load that page again.';

    for (const note of ['', 'of nobody']) {
      expect(await sent(old.field, note), `old page, ${note}`).to.include(isOlder);
      expect(await sent(fresh.field, note), `fresh page, ${note}`).not.to.include('was updated');
    }
    expect(await asked('/desk/gone', { 'X-Portico-Csrf': old.header }), 'a script of an old page').to.include(isOlder);
    expect(await asked('/desk/gone', { 'X-Portico-Csrf': fresh.header }), 'a script of a fresh page').not.to.include(
      'was updated',
    );
    expect(await asked('/desk/gone'), 'a link').to.include(mayBe);
    await portal.command(['modules', 'remove', 'desk']);
    await portal.command(['modules', 'install', await desk('2.0.0')]);
    expect(await asked('/desk/gone'), 'came anew').not.to.include('may be older');
  });
});
