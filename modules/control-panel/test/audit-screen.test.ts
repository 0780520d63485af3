import { AuditChain, AuditLog, UnitOfWork } from '@portico/core';
import { accessibilityFaults, startTestPortal, TestBrowser, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';

type Visitor = Awaited<ReturnType<TestPortal['signIn']>>;

const screen = '/configuration/audit-log';
const eve = { email: 'eve@portico.example', password: 'paper boats on the river', name: 'Eve Example' };

interface Exported {
  readonly number: number;
  readonly area: string;
  readonly subject: string;
  readonly action: string;
  readonly attribute?: string;
  readonly after?: { readonly count?: number; readonly means?: readonly string[] };
  readonly by: { readonly id: string; readonly name: string };
  readonly address?: string;
  readonly requestId?: string;
}

describe('Who did what', () => {
  let portal: TestPortal;
  let admin: Visitor;
  before(async () => {
    portal = await startTestPortal({ config: { log: { level: 'info' } }, flags: { 'LPD-10793': true } });
    admin = await portal.signIn();
    await portal.command(['users', 'add', '--email', eve.email, '--name', eve.name], eve.password);
  });
  after(() => portal.stop());

  const exported = async (query = ''): Promise<readonly Exported[]> =>
    JSON.parse((await admin.get(`${screen}/export?format=json${query}`).buffer()).text).records as Exported[];
  const signIn = async (password: string, headers: object = {}): Promise<number> =>
    (
      await portal
        .agent()
        .post('/sign-in')
        .set({ Origin: portal.url, ...headers })
        .type('form')
        .send({ email: eve.email, password })
    ).status;

  it('tells sign-ins and failures, with the address of the client and the request that the proxy named', async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    expect(await signIn('wrong', { traceparent: `00-${trace}-00f067aa0ba902b7-01` })).to.equal(401);
    expect(await signIn(eve.password)).to.equal(303);
    const [right, wrong] = (await exported('&area=security')).filter(({ subject }) => subject === eve.email);
    expect(wrong).to.include({ action: 'sign-in-failed', address: '127.0.0.1', requestId: trace });
    expect(right).to.include({ action: 'signed-in', address: '127.0.0.1' });
    expect(right?.after).to.deep.equal({ means: ['password'] });
    expect(right?.by.name).to.equal(eve.name);
    const line = portal
      .log()
      .split('\n')
      .find((each) => each.includes(trace) && each.includes('"msg":"request"'));
    expect(JSON.parse(line ?? '{}')).to.include({ trace, address: '127.0.0.1', path: '/sign-in', reference: trace });
  });

  it('counts what fails again and again within a minute instead of filling the disk, and never holds a typed password', async () => {
    const before = (await exported('&action=sign-in-failed')).length;
    await Promise.all(
      Array.from({ length: 4 }, () =>
        portal
          .agent()
          .post('/sign-in')
          .set('Origin', portal.url)
          .type('form')
          .send({ email: 'my secret passphrase', password: 'x' }),
      ),
    );
    const failures = (await exported('&action=sign-in-failed')).slice(0, -before || undefined);
    expect(failures.length).to.be.within(1, 2);
    const slowed = (await exported('&action=sign-in-slowed')).filter(({ subject }) => subject === '');
    const counted = [...failures, ...slowed].reduce((sum, { after }) => sum + (after?.count ?? 1), 0);
    expect(counted).to.equal(4);
    expect(JSON.stringify(await exported())).to.not.contain('passphrase');
  });

  it('tells what people may not do or see, and by whom', async () => {
    const stranger = await portal.signIn(eve);
    expect((await stranger.get('/identity/users')).status).to.equal(404);
    expect((await portal.post(stranger, '/sites/new', { name: 'X', address: 'x' })).status).to.equal(403);
    const denied = (await exported('&action=denied')).map(({ attribute, by, after }) => [attribute, by.name, after?.count]);
    // Both are one kind of refusal of one person within a minute: the second is counted.
    expect(denied).to.deep.equal([
      ['GET /identity/users', eve.name, undefined],
      ['GET /identity/users', eve.name, undefined],
    ]);
  });

  it('tells a refused API token', async () => {
    const page = portal
      .agent()
      .get('/web/home/ai-creator/api/generations')
      .set('Authorization', `Bearer portico_${'x'.repeat(43)}`);
    expect((await page).status).to.equal(401);
    expect((await exported('&action=token-refused'))[0]).to.include({ area: 'security', address: '127.0.0.1' });
  });

  it('is exported as it is listed, whatever is filtered by, and the export is an entry itself', async () => {
    const { records } = await portal.service(AuditLog).list({ area: 'people' }, undefined, 500);
    const numbers = (await exported('&area=people')).map(({ number }) => number);
    expect(numbers).to.deep.equal(records.map(({ number }) => number));
    expect((await exported('&person=eve@portico.example')).every(({ by }) => by.name === eve.name)).to.equal(true);
    for (const part of ['Eve', 'eve', 'EVE']) expect((await exported(`&person=${part}`)).length, part).to.be.greaterThan(0);
    expect(await exported('&address=10.0.0.1')).to.deep.equal([]);
    const [newest] = await exported();
    expect(newest).to.include({ area: 'audit', action: 'exported' });
    const csv = (await admin.get(`${screen}/export?format=csv&area=people`).buffer()).text;
    expect(csv.split('\r\n')[0]).to.equal(
      'number,at,by,byId,address,area,subject,attribute,scope,action,before,after,via,reason,about,requestId,id',
    );
    expect(csv.trim().split('\r\n')).to.have.length(records.length + 1);
  });

  it('is listed, exported and verified from a terminal', async () => {
    const { out } = await portal.command(['audit', 'list', '--area', 'people', '--json']);
    expect((JSON.parse(out) as Exported[]).map(({ action }) => action)).to.include('added');
    expect((await portal.command(['audit', 'list', '--action', 'sign-in-failed'])).out).to.contain('from 127.0.0.1');
    const file = (await portal.command(['audit', 'export', '--area', 'people'])).out;
    expect((JSON.parse(file) as { records: Exported[] }).records.length).to.be.greaterThan(0);
    const verified = await portal.command(['audit', 'verify', '--json']);
    expect([verified.exitCode, (JSON.parse(verified.out) as { problems: string[] }).problems]).to.deep.equal([0, []]);
    expect((await portal.command(['audit', 'list', '--from', 'soon'])).err).to.contain('--from: "soon"');
  });

  it('shows a name that begins like a time as it was given', async () => {
    const name = '2026-11-30T12:00:00 harbour';
    const entry = { area: 'people', subject: 'harbour', scope: 'instance', action: 'changed', after: { name } };
    await portal.service(UnitOfWork).write((transaction) => portal.service(AuditLog).record(transaction, entry));
    const { text } = await admin.get(screen).set('Accept', 'text/html');
    expect(text).to.contain(name).and.not.to.contain('Invalid Date');
  });

  it('forgets a person when their account is deleted, and stays whole', async () => {
    const { records } = await portal.service(AuditLog).list({ area: 'people', subject: eve.email }, undefined, 1);
    const id = records[0]?.about ?? '';
    await portal.service(UnitOfWork).write((transaction) => portal.service(AuditLog).anonymise(transaction, id, [eve.email]));
    expect(JSON.stringify(await exported())).to.not.match(/eve@|Eve Example/);
    expect((await admin.get(screen).set('Accept', 'text/html')).text).to.contain('somebody who was deleted');
    expect((await portal.service(AuditChain).verify()).problems).to.deep.equal([]);
  });

  it('says with doctor and verify what somebody took away by hand', async () => {
    const number = await portal.service(UnitOfWork).write(async (transaction) => {
      const [last] = await transaction.query<{ number: number }>('SELECT MAX(number) AS number FROM portico_audit');
      await transaction.query('DELETE FROM portico_audit WHERE number = ?', [last?.number ?? 0]);
      return last?.number;
    });
    const sentence = `The last entry is missing from the audit log: number ${number}.`;
    const doctor = await portal.command(['doctor']);
    expect([doctor.exitCode, doctor.out.includes(sentence)]).to.deep.equal([1, true]);
    const verified = await portal.command(['audit', 'verify']);
    expect([verified.exitCode, verified.out.includes(sentence)]).to.deep.equal([1, true]);
  });

  it('is filtered on the screen by keyboard, at every width', async () => {
    const browser = await TestBrowser.open();
    try {
      for (const width of [1280, 390]) {
        const page = await browser.page(portal, { width, person: portal.administrator });
        await page.goto(`${portal.url}${screen}`);
        await page.getByLabel('Action', { exact: true }).selectOption('Sign-in failed');
        await page.getByLabel('Client Address').fill('127.0.0.1');
        await page.getByLabel('Client Address').press('Enter');
        await page.getByRole('cell', { name: 'Sign-in failed' }).first().waitFor();
        expect(await accessibilityFaults(page)).to.deep.equal([]);
        expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(width);
        await page.getByLabel('Client Address').fill('10.9.8.7');
        await page.getByRole('button', { name: 'Filter' }).press('Enter');
        await page.getByText('No changes').waitFor();
        await page.context().close();
      }
    } finally {
      await browser.close();
    }
  });
});
