import { expect } from 'chai';
import type { AccessContext } from '../../api/index.js';
import { localAddress } from '../../util/index.js';
import { as, home, startHost, type TestHost } from './test-host.js';

describe('Who may call a route', () => {
  let host: TestHost;
  let seen: AccessContext | undefined;
  before(async () => {
    host = await startHost({ locales: ['en', 'de'] });
    host.routes.add('notes', '~/notes', (router) => {
      const answer = (ctx: { access: AccessContext; body?: unknown }): void => {
        seen = ctx.access;
        ctx.body = 'notes';
      };
      router.get('/', { access: 'public' }, answer);
      router.get('/mine', { access: 'signed-in' }, answer);
      router.get('/data', { access: 'signed-in', answers: 'json', answer: 'bytes' }, answer);
      router.get('/add', { access: { permission: 'notes.add-note' } }, answer);
      router.post('/add', { access: { permission: 'notes.add-note' } }, answer);
      const inPart = { permission: 'notes.delete-note', orInPart: ({ person }: AccessContext) => person?.id === 'author' };
      router.post('/delete', { access: inPart }, answer);
    });
    host.routes.add('places', '/places', (router) =>
      router.get('/', { access: 'public' }, (ctx) => {
        seen = ctx.access;
        ctx.body = 'places';
      }),
    );
  });
  beforeEach(() => {
    seen = undefined;
  });
  after(() => host.close());

  it('is decided with one frozen context of person and site', async () => {
    await host.get('/web/home/notes').set(as('author')).set('Accept-Language', 'fr, de;q=0.5').expect(200);
    expect(seen).to.deep.include({ site: home, scope: { kind: 'site', siteId: home.id }, locale: 'de' });
    expect(seen?.person?.id).to.equal('author');
    expect([seen?.can('notes.add-note'), seen?.can('notes.other')]).to.deep.equal([true, false]);
    expect(Object.isFrozen(seen)).to.equal(true);
    await host.get('/places').expect(200);
    expect(seen).to.deep.include({ person: undefined, site: undefined, scope: { kind: 'instance' }, locale: 'en' });
  });

  it('lets in who may in a part of the site, where the route says so', async () => {
    const change = (who: 'author' | 'reader') => host.post('/web/home/notes/delete', who);
    expect((await change('author')).status).to.equal(200);
    seen = undefined;
    expect((await change('reader')).status).to.equal(403);
    expect(seen).to.equal(undefined);
  });

  it('sends guests to sign in, and knows the way back', async () => {
    const redirect = await host.get('/web/home/notes/mine?a=1&b=2').set('Accept', 'text/html');
    expect([redirect.status, redirect.headers.location]).to.deep.equal([
      303,
      '/sign-in?next=%2Fweb%2Fhome%2Fnotes%2Fmine%3Fa%3D1%26b%3D2',
    ]);
    expect((await host.get('/web/home/notes/add').set('Accept', 'text/html')).status).to.equal(303);
    expect(seen).to.equal(undefined);
  });

  it('tells a dialog of a guest to sign in, instead of showing the sign-in page in it', async () => {
    const { status, headers } = await host.get('/web/home/notes/mine').set('X-Portico-Fragment', '1').set('Accept', 'text/html');
    expect([status, headers.location]).to.deep.equal([401, undefined]);
  });

  it('answers 401 to programs and to changes of guests', async () => {
    expect((await host.get('/web/home/notes/mine').set('Accept', 'application/json')).status).to.equal(401);
    expect((await host.get('/web/home/notes/data').set('Accept', 'text/html')).status).to.equal(401);
    expect((await host.post('/web/home/notes/add').set('Accept', 'text/html')).status).to.equal(401);
    expect(
      (await host.get('/web/home/notes/mine').set('Cookie', 'portico=expired-token').set('Accept', 'application/json')).status,
    ).to.equal(401);
    expect(seen).to.equal(undefined);
  });

  it('hides what a signed-in person may not see, and refuses what they may not do', async () => {
    expect((await host.get('/web/home/notes/add').set(as('reader'))).status).to.equal(404);
    expect((await host.post('/web/home/notes/add', 'reader')).status).to.equal(403);
    expect((await host.get('/web/home/notes/add').set(as('author'))).status).to.equal(200);
    expect((await host.post('/web/home/notes/add', 'author')).status).to.equal(200);
  });

  it('is not known while sessions are away: 503, not a lost sign-in', async () => {
    host.absent.add('sessions');
    const { status, headers } = await host.get('/web/home/notes/mine').set(as('author')).set('Accept', 'text/html');
    host.absent.delete('sessions');
    expect([status, headers['retry-after']]).to.deep.equal([503, '5']);
  });

  it('is not known while sites are away', async () => {
    host.absent.add('sites');
    host.gate.set('sites', { kind: 'unavailable', retryAfter: 7, why: 'coming' });
    const { status, headers } = await host.get('/web/home/notes');
    host.absent.delete('sites');
    expect([status, headers['retry-after']]).to.deep.equal([503, '7']);
  });
});

describe('A place to go next', () => {
  it('is on the portal', () => {
    for (const place of ['/', '/web/home?x=1#y', '/web/a/b', '/x?u=//evil', '/%2F%2Fevil'])
      expect(localAddress(place), place).to.equal(place);
  });

  it('is nowhere else', () => {
    const tricks = [
      '',
      'web',
      '//evil',
      '/\\evil',
      '\\\\evil',
      '/\t/evil',
      '/\n/evil',
      ' //evil',
      'https://evil',
      'javascript:alert(1)',
      '/.//evil',
      '/a/..//evil',
      '/\u0000/evil',
      `/${'x'.repeat(3000)}`,
    ];
    for (const place of [undefined, ...tricks]) expect(localAddress(place), JSON.stringify(place)).to.equal(undefined);
  });
});
