import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createImagesSandbox, type ImagesSandbox } from '@portico/ai-sandbox/api';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';

const author = { email: 'author@portico.example', password: 'painted in plain words' };
const page = '/configuration/instance-settings/ai-creator';
const sitePage = '/web/home/configuration/site-settings/ai-creator';

/** Keys by the way they come into the portal. None of them may ever come out, save to the images API. */
const canaries = {
  stored: 'sk-canary-stored-Qw7Zt1Lk9Xv3Bn5M',
  replaced: 'sk-canary-replaced-Er4Yu8Io2Pa6Sd0F',
  site: 'sk-canary-site-Gh3Jk7Lz1Xc5Vb9N',
  tested: 'sk-canary-tested-Mq2We6Rt0Yu4Io8P',
  refused: 'sk canary-refused Az1Sx5Dc9Fv3Gb7H',
  piped: 'sk-canary-piped-Nj6Mk0Lo4Pi8Uy2T',
  variable: 'sk-canary-variable-Re5Wq9As3Df7Gh1J',
  file: 'sk-canary-file-Kl8Zx2Cv6Bn0Mq4W',
} as const;

/** The shapes in which a key could hide; the end of it may be shown by its last four characters only. */
function shapesOf(key: string): readonly string[] {
  const middle = key.slice(-16, -4);
  const forms = [key, middle].flatMap((text) => [
    text,
    encodeURIComponent(text),
    Buffer.from(text).toString('hex'),
    Buffer.from(text).toString('base64').replace(/=+$/, '').slice(0, -2),
    Buffer.from(text).toString('base64url').slice(0, -2),
  ]);
  return [...new Set(forms)];
}

describe('A key', function () {
  this.timeout(180_000);
  let home: string;
  let portal: TestPortal;
  let sandbox: ImagesSandbox;
  let admin: Awaited<ReturnType<TestPortal['signIn']>>;
  const heard: { readonly where: string; readonly text: string }[] = [];
  const logs: string[] = [];

  const environment = { PORTICO_SECRET_CANARY: canaries.variable };
  const open = async (): Promise<void> => {
    portal = await startTestPortal({
      home,
      environment,
      flags: { 'LPD-10793': true },
      config: {
        modules: { 'ai-openai': { baseUrl: sandbox.url }, 'ai-creator': { stopMillis: 50, testMillis: 300 } },
        log: { level: 'debug' },
      },
    });
    admin = await portal.signIn();
  };
  const close = async (): Promise<void> => {
    logs.push(portal.log());
    await portal.stop({ keep: true });
  };

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'portico-canary-'));
    await mkdir(join(home, 'secrets'));
    await writeFile(join(home, 'secrets', 'canary'), canaries.file);
    sandbox = await createImagesSandbox({ keys: 'any' });
    await open();
    await command(
      ['users', 'add', '--email', author.email, '--name', 'Ada', '--role', 'Author', '--site', 'home'],
      author.password,
    );
  });
  after(async () => {
    await portal.stop({ keep: true });
    await sandbox.close();
    await rm(home, { recursive: true, force: true });
  });

  const hear = (where: string, answer: { readonly text: string; readonly headers: unknown }): void =>
    void heard.push({ where, text: `${JSON.stringify(answer.headers)}\n${answer.text}` });
  const command = async (argv: readonly string[], stdin?: string): Promise<void> => {
    const { out, err } = await portal.command(argv, stdin);
    heard.push({ where: argv.join(' '), text: out + err });
  };
  const post = async (path: string, fields: object, as = admin): Promise<number> => {
    const answer = await portal.post(as, path, fields);
    hear(`POST ${path}`, answer);
    return answer.status;
  };
  const get = async (path: string, accept: string): Promise<string> => {
    const answer = await admin.get(path).set('Accept', accept).buffer(true);
    hear(`GET ${path}`, { text: answer.text ?? '', headers: answer.headers });
    return answer.text ?? '';
  };

  it('is typed, tried out, replaced, refused, piped and referred to', async () => {
    expect(await post(page, { apiKey: canaries.stored, enabled: 'on', 'enabled.shown': '1', 'enabled.was': 'off' })).to.equal(
      303,
    );
    expect(await post(page, { apiKey: canaries.replaced })).to.equal(303);
    expect(await post(sitePage, { apiKey: canaries.site, 'apiKey.mode': 'own' })).to.equal(303);
    expect(await post(page, { apiKey: canaries.refused })).to.equal(400);
    expect(await post(page, { apiKey: `${canaries.refused}\r\nX-Other: 1` })).to.equal(400);
    expect(await post(page, { apiKey: canaries.tested, 'form.revision': '0', model: 'x', 'model.was': 'y' })).to.equal(409);
    await post(`${page}?apiKey=x`, { ghost: canaries.tested });
    for (const behaviour of [
      'invalid-api-key',
      'organization-not-verified',
      'stall-in-body',
      'html',
      'redirect',
      'error-500',
    ] as const) {
      sandbox.nextList(behaviour);
      expect(await post(page, { 'form.action': 'ai-creator/test-connection', apiKey: canaries.tested })).to.equal(200);
      sandbox.next(behaviour === 'stall-in-body' ? 'reset-in-body' : behaviour);
      expect(await post(page, { 'form.action': 'ai-creator/test-image', apiKey: canaries.tested })).to.equal(200);
    }
    await command(['settings', 'set', 'ai-creator.apiKey', canaries.tested]);
    await command(['settings', 'set', 'ai-creator.apiKey', '-'], canaries.refused);
    await command(['settings', 'set', 'ai-creator.apiKey', '-', '--site', 'home'], canaries.piped);
    await command(['settings', 'get', 'ai-creator.apiKey', '--site', 'home']);
  });

  for (const reference of ['', 'env:PORTICO_SECRET_CANARY', 'file']) {
    it(`makes images, and fails to, ${reference === '' ? 'as it is stored' : `by a reference (${reference})`}`, async () => {
      const typed = reference === 'file' ? `file:${join(home, 'secrets', 'canary')}` : reference;
      if (typed !== '') expect(await post(page, { apiKey: typed })).to.equal(303);
      if (typed !== '') await command(['settings', 'unset', 'ai-creator.apiKey', '--site', 'home']);
      const ada = await portal.signIn(author);
      sandbox.reset();
      for (const behaviour of [
        '',
        'moderation-blocked',
        'not-an-image',
        'reset-in-body',
        'insufficient-quota',
        'invalid-api-key',
      ]) {
        const description = `a boat ${behaviour === '' ? '' : `[fail:${behaviour}]`}`;
        const fields = { idempotencyKey: `${reference}${behaviour}-canary-key`, description, size: '256x256', count: '1' };
        await post('/web/home/ai-creator/generations', fields, ada);
        const argv = ['images', 'create', '--site', 'home', '--as', author.email, '--description', description];
        await command([...argv, '--size', '256x256', '--count', '1']);
      }
      expect(sandbox.generations.length).to.be.greaterThan(5);
    });
  }

  it('is sealed again under a new master key, and read after a restart', async () => {
    await post(page, { apiKey: canaries.stored });
    await command(['settings', 'set', 'ai-creator.apiKey', '-', '--site', 'home'], canaries.piped);
    await command(['secrets', 'rotate']);
    await close();
    await open();
    for (const argv of [
      ['secrets', 'list'],
      ['settings', 'export'],
      ['flags', 'export'],
      ['doctor'],
      ['why'],
      ['modules', 'list'],
    ])
      await command(argv);
  });

  it('is on no page that an administrator can reach by links, nor in any answer for programs', async () => {
    const waiting = [
      '/',
      '/web/home',
      page,
      sitePage,
      '/configuration/diagnostics',
      '/configuration/audit',
      '/web/home/ai-creator/why',
    ];
    const seen = new Set(waiting);
    for (let path = waiting.shift(); path !== undefined && seen.size < 250; path = waiting.shift()) {
      const text = await get(path, 'text/html');
      await get(path, 'application/json');
      for (const [, href = ''] of text.matchAll(/(?:href|src)="(\/[^"#]*)"/g)) {
        const next = href.replaceAll('&amp;', '&');
        if (seen.has(next) || /^\/(?:assets|sign-out)/.test(next)) continue;
        seen.add(next);
        waiting.push(next);
      }
    }
    expect(seen.size).to.be.greaterThan(20);
  });

  it('went to the images API in one header, and nowhere else: no answer, log line, file, database byte or address has it', async () => {
    await close();
    const files: { readonly where: string; readonly bytes: Buffer }[] = [];
    for (const entry of await readdir(home, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile() && path !== join(home, 'secrets', 'canary')) files.push({ where: path, bytes: await readFile(path) });
    }
    expect(files.some(({ where }) => /\.(?:db|sqlite)/.test(where))).to.equal(true);
    const places = [
      ...heard.map(({ where, text }) => ({ where, bytes: Buffer.from(text) })),
      ...logs.map((text) => ({ where: 'the log', bytes: Buffer.from(text) })),
      ...sandbox.requests.map((request) => ({
        where: `${request.method} ${request.path}`,
        bytes: Buffer.from(JSON.stringify(request)),
      })),
      ...files,
    ];
    // The search itself works: what is no secret is found where it belongs.
    const boats = places.filter(({ bytes }) => bytes.includes('a boat')).map(({ where }) => where);
    expect(boats.some((where) => files.some((file) => file.where === where))).to.equal(true);
    expect(boats).to.include('POST /v1/images/generations');
    const named = places.filter(({ bytes }) => bytes.includes('ai-creator.apiKey')).map(({ where }) => where);
    expect(named).to.include('secrets list');
    const found = Object.entries(canaries).flatMap(([name, key]) =>
      shapesOf(key).flatMap((shape) =>
        places.filter(({ bytes }) => bytes.includes(shape)).map(({ where }) => `${name} in ${where}`),
      ),
    );
    expect([...new Set(found)]).to.deep.equal([]);
    await open();
  });
});
