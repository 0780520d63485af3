import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AuditLog, type AuditRecord } from '@portico/core';
import { picture } from '@portico/documents-media/testing';
import { expect } from 'chai';
import sharp from 'sharp';
import { AuditWalk, type Visitor } from './support/audit-walk.js';

const root = resolve(import.meta.dirname, '../..');
const documents = '/web/home/documents-media';
const images = '/web/home/ai-creator/generations';

/** Of docs/asvs.md: each with the file of its test. */
const rows = [...readFileSync(join(root, 'docs/asvs.md'), 'utf8').matchAll(/^\| (\d+\.\d+\.\d+) +\| .* \| `([^`]+)` +\|$/gm)];

function testFiles(): readonly string[] {
  return ['core', 'modules', 'test'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.ts') && !/(?:^|\/)(?:node_modules|dist)\//.test(file))
      .map((file) => join(folder, file)),
  );
}

interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly hashes?: readonly { readonly alg: string }[];
  readonly licenses?: readonly object[];
}

/** The rows of the OWASP Application Security Verification Standard 5.0 that concern the whole portal, each by its number. */
describe('OWASP ASVS 5.0', function () {
  this.timeout(120_000);
  let walk: AuditWalk;
  let guest: Visitor;
  before(async () => {
    walk = await AuditWalk.open();
    guest = walk.portal.agent();
  });
  after(() => walk?.close());

  const set = (name: string, value: string): Promise<string> => walk.command('settings', 'set', name, value)();
  const unset = (name: string): Promise<string> => walk.command('settings', 'unset', name)();
  const entries = async (action: string): Promise<readonly AuditRecord[]> =>
    (await walk.portal.service(AuditLog).list({ area: 'security', action })).records;
  const upload = async (name: string, content: Buffer): Promise<{ readonly status: number; readonly code?: string }> => {
    const { status, body } = await walk.admin
      .post(`${documents}/upload`)
      .set({ Origin: walk.portal.url, 'X-Portico-Csrf': await walk.portal.csrf(walk.admin), Accept: 'application/json' })
      .attach('file', content, { filename: name });
    return { status, code: body.code ?? body.failures?.[0]?.code };
  };

  it('has a test of each row that docs/asvs.md names, which bears its number', () => {
    const named = rows.map(([, row = '', file = '']) => ({ row, file }));
    expect(named.map(({ row }) => row))
      .to.include.members(['2.4.1', '6.3.3', '16.3.2'])
      .and.to.have.length(15);
    for (const { row, file } of named) {
      expect(existsSync(join(root, file)), file).to.equal(true);
      expect(readFileSync(join(root, file), 'utf8'), `${file} for ${row}`).to.match(
        new RegExp(`ASVS ${row.replaceAll('.', '\\.')}\\b`),
      );
    }
    // The other way round: what a test says of itself stands in the table.
    const said = testFiles().flatMap((file) => readFileSync(join(root, file), 'utf8').match(/ASVS \d+\.\d+\.\d+/g) ?? []);
    expect(named.map(({ row }) => `ASVS ${row}`)).to.include.members([...new Set(said)]);
  });

  it('lets no one person fill the storage, with large files or with many (ASVS 5.2.4)', async () => {
    await set('documents-media.uploadFilesPerPersonAndHour', '1');
    await upload(`${walk.unique}.txt`, Buffer.from('a'));
    const second = await upload(`${walk.unique}.txt`, Buffer.from('b'));
    await unset('documents-media.uploadFilesPerPersonAndHour');
    expect(second).to.include({ status: 429, code: 'too-many-requests' });
    expect(await upload(`${walk.unique}.bin`, Buffer.alloc(1_200_000, 'a'))).to.include({ status: 413, code: 'too-large' });
    await set('documents-media.storageQuota', '1 KiB');
    const beyond = await upload(`${walk.unique}.txt`, Buffer.alloc(2048, 'a'));
    await unset('documents-media.storageQuota');
    expect(beyond).to.include({ status: 413, code: 'quota-exceeded' });
  });

  it('answers and takes each field only from who may read or write it (ASVS 8.2.3)', async () => {
    const id = await walk.newDocument();
    const json = async (as: Visitor): Promise<object> => (await as.get(`${documents}/api/documents/${id}`)).body as object;
    const [mine, theirs] = [await json(walk.admin), await json(guest)];
    expect(mine).to.include.keys('createdBy', 'sha256');
    expect(theirs).to.include.keys('id', 'name');
    expect(['altText', 'height', 'id', 'links', 'mimeType', 'name', 'size', 'width']).to.include.members(Object.keys(theirs));
    const eve = await walk.portal.signIn(await walk.newPerson());
    const taken = [
      await walk.portal.post(eve, '/account/name', { name: 'Eve', active: 'true', roles: 'Administrator' }),
      await walk.portal.post(eve, `${documents}/documents/${id}/permissions`, { visibleTo: 'members' }),
    ];
    expect(taken.map(({ status }) => status)).to.deep.equal([400, 403]);
  });

  it('takes the place and the camera out of a picture before readers get it (ASVS 14.2.8)', async () => {
    const photo = await sharp(await picture(90, 60))
      .withExif({ IFD0: { Make: 'Camera' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 0/1' } })
      .jpeg()
      .toBuffer();
    const { body } = await walk.files(`${documents}/upload-multiple`, 'file', photo, `${walk.unique}.jpg`)();
    const [{ id }] = body.documents as [{ readonly id: string }];
    const exifOf = async (as: Visitor, path: string): Promise<Buffer | undefined> =>
      (await sharp((await as.get(`${documents}/documents/${id}/${path}`).buffer(true).expect(200)).body as Buffer).metadata())
        .exif;
    for (const path of ['view', 'download']) expect(await exifOf(guest, path), path).to.equal(undefined);
    expect(await exifOf(walk.admin, 'download')).to.not.equal(undefined);
  });

  it('has an inventory of all packages in use, from one registry and with their hashes (ASVS 15.1.2)', () => {
    const { stdout, status } = spawnSync(process.execPath, ['scripts/sbom.mjs'], { cwd: root, encoding: 'utf8' });
    expect(status).to.equal(0);
    const bill = JSON.parse(stdout) as {
      readonly bomFormat: string;
      readonly metadata: { readonly component: Component };
      readonly components: readonly Component[];
    };
    expect([bill.bomFormat, bill.metadata.component.name]).to.deep.equal(['CycloneDX', 'portico']);
    const listed = new Set(bill.components.map(({ purl }) => decodeURIComponent(purl)));
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      readonly packages: Readonly<
        Record<
          string,
          { readonly version?: string; readonly resolved?: string; readonly integrity?: string; readonly link?: boolean }
        >
      >;
    };
    for (const folder of ['core', ...readdirSync(join(root, 'modules')).map((name) => `modules/${name}`)]) {
      const { dependencies = {} } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
        readonly dependencies?: Readonly<Record<string, string>>;
      };
      for (const name of Object.keys(dependencies)) {
        const found = lock.packages[`${folder}/node_modules/${name}`] ?? lock.packages[`node_modules/${name}`];
        const version = found?.link ? lock.packages[found.resolved ?? '']?.version : found?.version;
        expect(listed.has(`pkg:npm/${name}@${version}`), `${name} ${version}`).to.equal(true);
      }
    }
    const foreign = bill.components.filter(({ purl }) => !purl.startsWith('pkg:npm/%40portico/'));
    expect(foreign.filter(({ hashes = [] }) => !hashes.some(({ alg }) => alg === 'SHA-512'))).to.deep.equal([]);
    expect(foreign.filter(({ licenses = [] }) => licenses.length === 0).map(({ purl }) => purl)).to.deep.equal([]);
    const elsewhere = Object.values(lock.packages).filter(
      ({ link, resolved }) => !link && resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/'),
    );
    expect(elsewhere).to.deep.equal([]);
  });

  it('answers no whole rows: what is only for the portal stands in no answer (ASVS 15.3.1)', async () => {
    const id = await walk.newDocument();
    const answers = [
      JSON.stringify((await walk.admin.get(`${documents}/api/documents/${id}`)).body),
      ...(await Promise.all(
        [
          ['users', 'list'],
          ['roles', 'list', '--json'],
          ['sessions', 'list', '--email', walk.portal.administrator.email, '--json'],
          ['tokens', 'list', '--email', walk.portal.administrator.email, '--json'],
        ].map((words) => walk.command(...words)()),
      )),
    ];
    for (const answer of answers)
      expect(answer).to.not.match(
        /"(?:passwordHash|tokenHash|searchText|nameKey|oneTimeUntil|blobId|ruleId|ownRuleId)"|\$argon2/,
      );
    const without = walk.portal
      .routes()
      .filter(({ declaration }) => declaration.answers === 'json' && !declaration.answer && !declaration.events)
      .map(({ path }) => path);
    expect(without).to.deep.equal([]);
  });

  it('keeps each sign-in, right or wrong, with what was shown and from where (ASVS 16.3.1)', async () => {
    const person = await walk.newPerson();
    const { codeOf } = await walk.enrolled(person);
    const visitor = walk.portal.agent();
    const first = await visitor
      .post('/sign-in')
      .set('Origin', walk.portal.url)
      .type('form')
      .send({ email: person.email, password: 'not this one' });
    expect(first.status).to.equal(401);
    const page = await walk.post('/sign-in', { email: person.email, password: person.password }, visitor)();
    const ticket = /name="ticket" value="([^"]+)"/.exec(page.text)?.[1];
    const wrong = await walk.portal.post(visitor, '/sign-in/code', { ticket, code: '000000' });
    expect(wrong.status).to.equal(401);
    await walk.post('/sign-in/code', { ticket, code: codeOf(1) }, visitor)();
    await walk.post('/sign-out', {}, visitor)();
    const { records } = await walk.portal.service(AuditLog).list({ area: 'security', subject: person.email });
    const told = records.map(({ action, attribute, after, address }) => ({
      action,
      ...(attribute && { attribute }),
      ...(action === 'signed-in' && { after }),
      address,
    }));
    const address = '127.0.0.1';
    expect(told).to.deep.equal([
      { action: 'signed-out', address },
      { action: 'signed-in', after: { means: ['password', 'authenticator-app'] }, address },
      { action: 'used', attribute: 'authenticator-app', address },
      { action: 'failed', attribute: 'authenticator-app', address },
      { action: 'sign-in-failed', address },
      { action: 'set', attribute: 'authenticator-app', address },
      { action: 'signed-in', after: { means: ['password'] }, address },
    ]);
  });

  it('keeps what somebody was not allowed, on pages and by token (ASVS 16.3.2)', async () => {
    const person = await walk.newPerson();
    const eve = await walk.portal.signIn(person);
    expect((await eve.get('/configuration/audit-log')).status).to.equal(404);
    expect((await walk.portal.post(eve, '/sites/new', { name: 'X', address: 'x' })).status).to.equal(403);
    const wrong = await walk.portal
      .agent()
      .get('/web/home/ai-creator/api/generations')
      .set('Authorization', `Bearer portico_${'x'.repeat(43)}`);
    expect(wrong.status).to.equal(401);
    const [denied] = (await entries('denied')).filter(({ by }) => by.id === person.id).slice(-1);
    expect(denied).to.include({ attribute: 'GET /configuration/audit-log', address: '127.0.0.1' });
    const count = (await entries('denied')).filter(({ by }) => by.id === person.id);
    expect(count.reduce((sum, { after }) => sum + ((after as { readonly count?: number } | undefined)?.count ?? 1), 0)).to.equal(
      2,
    );
    expect((await entries('token-refused'))[0]).to.include({ address: '127.0.0.1' });
  });

  // Last: from then on this address is slowed.
  it('keeps those back who ask too often for what costs money, space or an account (ASVS 2.4.1)', async () => {
    const { email } = await walk.newPerson();
    const guesses: number[] = [];
    let waits: string | undefined;
    for (let tries = 0; tries < 40 && waits === undefined; tries += 1) {
      const { status, headers } = await guest
        .post('/sign-in')
        .set('Origin', walk.portal.url)
        .type('form')
        .send({ email, password: 'x' });
      guesses.push(status);
      waits = headers['retry-after'];
    }
    expect([...new Set(guesses)]).to.deep.equal([401, 429]);
    expect(Number(waits)).to.be.greaterThan(0);

    await set('ai-creator.openOrders', '1');
    const id = await walk.stalledOrder();
    const order = { idempotencyKey: `key-${walk.unique}`, description: walk.unique, size: '1024x1024', count: '1' };
    const second = await walk.admin
      .post(images)
      .set({ Origin: walk.portal.url, 'X-Portico-Csrf': await walk.portal.csrf(walk.admin), Accept: 'application/json' })
      .type('form')
      .send(order);
    expect([second.status, Number(second.headers['retry-after']) > 0]).to.deep.equal([429, true]);
    await walk.command('images', 'cancel', id, '--site', 'home', '--as', walk.portal.administrator.email)();
    await unset('ai-creator.openOrders');

    await set('documents-media.uploadBytesPerPersonAndHour', '1 KiB');
    await upload(`${walk.unique}.txt`, Buffer.alloc(1024, 'a'));
    expect(await upload(`${walk.unique}.txt`, Buffer.from('a'))).to.include({ status: 429, code: 'too-many-requests' });
    await unset('documents-media.uploadBytesPerPersonAndHour');
  });
});
