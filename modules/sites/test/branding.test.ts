import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { loadSharp } from '@portico/core/util';
import { expect } from 'chai';
import type { Response } from 'supertest';
import { Sites } from '../api/index.js';

type TestClient = ReturnType<TestPortal['agent']>;

/** A picture of one colour. */
async function picture(colour: string, format: 'png' | 'jpeg' | 'webp' = 'png', width = 1200, height = 300): Promise<Buffer> {
  const sharp = await loadSharp();
  const drawn = sharp({ create: { width, height, channels: 3, background: colour } });
  return drawn
    .withExif({ IFD0: { Copyright: 'Nobody must read this' } })
    [format]()
    .toBuffer();
}

describe('Names and logos', () => {
  let portal: TestPortal;
  let administrator: TestClient;

  before(async () => {
    portal = await startTestPortal();
    administrator = await portal.signIn();
  });
  after(() => portal.stop());

  /** Posts the form, with a file where there is one. */
  const save = async (place: string, { name, logo, file = 'logo.png' }: { name?: string; logo?: Buffer; file?: string }) => {
    const token = await portal.csrf(administrator);
    const form = administrator.post(place).set('Origin', portal.url).set('X-Portico-Csrf', token);
    if (name !== undefined) form.field('name', name);
    if (logo) form.attach('logo', logo, file);
    return form;
  };
  const page = async (path: string, visitor = portal.agent()): Promise<string> => (await visitor.get(path)).text;
  /** Address and alternative text of the logo at the head of a page. */
  const logoOf = (html: string): readonly (string | undefined)[] => {
    const [, src, alt] =
      /<a class="(?:brand|site-name)"[^>]*>\s*<img class="logo-picture" src="([^"]+)"[^>]* alt="([^"]*)"/.exec(html) ?? [];
    return [src, alt];
  };
  const bytesOf = ({ body }: Response): Buffer => body as Buffer;

  it('begin with those of the product', async () => {
    const signIn = await page('/sign-in');
    expect(signIn).to.include('<title>Sign In - Portico</title>').and.include('class="logo-roof"');
    const form = await page('/branding', administrator);
    expect(form).to.include('None: the portal shows that of Portico.').and.not.include('Remove Picture');
    expect(await page('/configuration/instance-settings', administrator)).to.include('href="/branding"');
    expect(await page('/web/home/configuration/site-settings', administrator)).to.include('href="/web/home/branding"');
  });

  it('are shown on the page to sign in, in titles and at the head of pages, as soon as they are saved', async () => {
    const saved = await save('/branding', { name: '  Harbour  Club ', logo: await picture('navy', 'jpeg') });
    expect([saved.status, saved.headers.location]).to.deep.equal([303, '/branding']);
    const signIn = await page('/sign-in');
    expect(signIn).to.include('<title>Sign In - Harbour Club</title>');
    const [src = '', alt] = logoOf(signIn);
    expect([src, alt]).to.deep.equal([src, 'Harbour Club']);
    const settings = await page('/configuration/instance-settings', administrator);
    expect(settings).to.include('<title>Instance Settings - Harbour Club</title>');
    expect(logoOf(settings)).to.deep.equal([src, 'Harbour Club']);
    // A site keeps its own name, and has the logo of the portal.
    expect(logoOf(await page('/web/home'))).to.deep.equal([src, 'Home']);
    expect(await page('/web/home/branding', administrator)).to.include('From Instance Settings.');
  });

  it('are both saved, or neither: a picture that is refused leaves the name as it was', async () => {
    const refused = await save('/branding', { name: 'Half Saved', logo: Buffer.from('no picture') });
    expect(refused.status).to.equal(400);
    expect(refused.text).to.include('value="Half Saved"');
    expect(await page('/sign-in')).to.include('<title>Sign In - Harbour Club</title>');
  });

  it('are drawn anew: a PNG of a bounded size, with nothing else of the file, which browsers may keep', async () => {
    const [src = ''] = logoOf(await page('/sign-in'));
    const answer = await portal.agent().get(src);
    expect([answer.status, answer.type]).to.deep.equal([200, 'image/png']);
    expect(answer.headers).to.include({
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    });
    const sharp = await loadSharp();
    const { width, height, format, exif } = await sharp(bytesOf(answer)).metadata();
    expect({ width, height, format, exif }).to.deep.equal({ width: 512, height: 128, format: 'png', exif: undefined });
    expect(bytesOf(answer).includes('Nobody must read this')).to.equal(false);
    expect((await portal.agent().get(`/branding/logo/${'0'.repeat(32)}.png`)).status).to.equal(404);
  });

  it('are refused with a sentence beside the field, and leave everything as it was', async () => {
    const svg = '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
    const before = logoOf(await page('/sign-in'));
    const refused: readonly (readonly [Buffer, string, number])[] = [
      [Buffer.from(svg), 'An SVG picture can hold programs, so it is not taken.', 400],
      [Buffer.from('no picture at all'), 'This is no picture that can be read.', 400],
      [(await picture('red')).subarray(0, 90), 'This is no picture that can be read.', 400],
      [await picture('red', 'png', 6000, 6000), 'This picture has more than 25 million pixels.', 400],
      [Buffer.alloc(0), 'This file is empty.', 400],
      [Buffer.alloc(2 * 1024 * 1024 + 1), 'The file', 413],
    ];
    for (const [logo, sentence, status] of refused) {
      const answer = await save('/branding', { name: 'Harbour Club', logo });
      expect([answer.status, answer.text.includes(sentence)], sentence).to.deep.equal([status, true]);
      if (status === 400) expect(answer.text).to.include('aria-invalid="true"');
    }
    const long = await save('/branding', { name: 'x'.repeat(101) });
    expect(long.text)
      .to.include('Enter a name of at most 100 characters.')
      .and.include(`value="${'x'.repeat(101)}"`);
    expect(logoOf(await page('/sign-in'))).to.deep.equal(before);
  });

  it('of a site are its own, say where they come from, and go back to those of the portal', async () => {
    const [ofPortal] = logoOf(await page('/sign-in'));
    expect((await save('/web/home/branding', { name: 'The Pier', logo: await picture('green', 'webp') })).status).to.equal(303);
    const [ofSite = '', name] = logoOf(await page('/web/home'));
    expect([ofSite.startsWith('/web/home/branding/logo/'), name]).to.deep.equal([true, 'The Pier']);
    expect((await portal.agent().get(ofSite)).status).to.equal(200);
    expect(logoOf(await page('/sign-in'))).to.deep.equal([ofPortal, 'Harbour Club']);
    expect(await page('/web/home/branding', administrator))
      .to.include('Set here.')
      .and.include('Inherit again');
    const inherited = await portal.post(administrator, '/web/home/branding/logo/remove');
    expect(inherited.headers.location).to.equal('/web/home/branding');
    expect(logoOf(await page('/web/home'))).to.deep.equal([ofPortal, 'The Pier']);
    expect((await portal.agent().get(ofSite)).status).to.equal(404);
    expect((await save('/web/home/branding', { name: ' ' })).status).to.equal(400);
  });

  it('of a private site are private', async () => {
    const site = await portal.service(Sites).add({ name: 'Board', address: 'board' });
    expect((await save('/web/board/branding', { logo: await picture('black') })).status).to.equal(303);
    const [src = ''] = logoOf(await page('/web/board', administrator));
    await portal.post(administrator, `/sites/${site.id}`, { name: 'Board', visibleTo: 'members' });
    expect((await portal.agent().get(src)).status).to.equal(404);
    const seen = await administrator.get(src);
    expect([seen.status, seen.headers['cache-control']]).to.deep.equal([200, 'no-store']);
  });

  it('are the business of those who may change the settings of the place', async () => {
    const password = 'lanterns over quiet water';
    const add = [
      'users',
      'add',
      '--email',
      'sam@portico.example',
      '--name',
      'Sam',
      '--role',
      'Site Administrator',
      '--site',
      'home',
    ];
    await portal.command(add, password);
    const sam = await portal.signIn({ email: 'sam@portico.example', password });
    const statuses = async (visitor: TestClient) =>
      Promise.all(
        ['/branding', '/web/home/branding', '/web/board/branding'].map(async (path) => {
          const { status } = await visitor.get(path).set('Accept', 'application/json');
          return status;
        }),
      );
    expect(await statuses(sam)).to.deep.equal([404, 200, 404]);
    expect(await statuses(portal.agent())).to.deep.equal([401, 401, 404]);
  });

  it('stand in the audit log, and leave no file behind', async () => {
    const { out } = await portal.command(['doctor']);
    expect(out)
      .to.include('Every logo has its file.')
      .and.not.match(/\berror\b/i);
    const html = await page('/configuration/audit-log?area=branding', administrator);
    expect(html).to.include('Portal Name').and.include('Harbour Club').and.include('Logo').and.include('Inherits again');
  });

  it('are said and changed by a command, and outlive a restart', async () => {
    const said = async (...options: string[]) => {
      const { exitCode, out, err } = await portal.command(['branding', ...options]);
      return exitCode === 0 ? (JSON.parse(out) as { name: string | null; logo: string | null; from: string }) : err;
    };
    expect(await said('--name', 'Yacht Club')).to.include({ name: 'Yacht Club', from: 'own' });
    expect(await said('--site', 'home')).to.include({ name: 'The Pier', from: 'portal' });
    expect(await said('--logo', '/nowhere/logo.png')).to.include('/nowhere/logo.png cannot be read.');
    expect(await said('--site', 'nowhere')).to.include('site');
    const { logo } = (await said()) as { logo: string };
    await portal.stop({ keep: true });
    const again = await startTestPortal({ home: portal.home });
    try {
      const html = (await again.agent().get('/sign-in')).text;
      expect([html.includes('<title>Sign In - Yacht Club</title>'), ...logoOf(html)]).to.deep.equal([true, logo, 'Yacht Club']);
      expect((await again.agent().get(logo)).status).to.equal(200);
      await again.command(['branding', '--remove-logo', '--name', '']);
      expect((await again.agent().get('/sign-in')).text)
        .to.include('- Portico</title>')
        .and.include('class="logo-roof"');
    } finally {
      await again.stop();
    }
  });
});
