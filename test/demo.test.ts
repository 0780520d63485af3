import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { PortalProcess, portico } from './support/portal-process.js';

interface SignIn {
  readonly email: string;
  readonly password: string;
}

function signInOf(said: string, title: string): SignIn {
  const [, email = '', password = ''] = new RegExp(`^${title}: (\\S+), password (\\S+)$`, 'm').exec(said) ?? [];
  return { email, password };
}

describe('The demo', function () {
  this.timeout(120_000);
  let home: string;
  let portal: PortalProcess | undefined;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'portico-demo-'));
  });

  after(async () => {
    portal?.kill('SIGKILL');
    await rm(home, { recursive: true, force: true });
  });

  const stop = async (): Promise<void> => {
    portal?.kill('SIGTERM');
    expect(await portal?.ended).to.equal(0);
    portal = undefined;
  };

  it('prints sign-ins that work, and has everything on', async () => {
    portal = await PortalProcess.start(home, 'demo');
    expect(portal.said.trimEnd().split('\n').at(-1)).to.equal(`Portico is ready at ${portal.url}`);
    const author = await portal.signIn(signInOf(portal.said, 'Author'));
    const documents = await fetch(`${portal.url}/web/home/documents-media`, { headers: { ...author, Accept: 'text/html' } });
    expect(documents.status).to.equal(200);
    expect(await documents.text()).to.include('Create AI Image');
    expect((await fetch(`${portal.url}/identity/users`, { headers: author })).status).to.equal(404);
    const administrator = await portal.signIn(signInOf(portal.said, 'Administrator'));
    expect((await fetch(`${portal.url}/identity/users`, { headers: administrator })).status).to.equal(200);
    expect((await fetch(`${portal.url}/web/guide`)).status).to.equal(200);
  });

  it('takes the administrator that the environment names, and says so', async () => {
    const own = await mkdtemp(join(tmpdir(), 'portico-demo-'));
    const person = { email: 'ops@example.org', password: 'a password of the operator 7' };
    const environment = { PORTICO_ADMIN_EMAIL: person.email, PORTICO_ADMIN_PASSWORD: person.password };
    try {
      for (const _ of ['first', 'again']) {
        const second = await PortalProcess.start(own, 'demo', environment);
        expect(second.said).to.include('Administrator: ops@example.org, with the password of PORTICO_ADMIN_PASSWORD\n');
        expect(second.said).not.to.include(person.password);
        const headers = await second.signIn(person);
        expect((await fetch(`${second.url}/identity/users`, { headers })).status).to.equal(200);
        second.kill('SIGTERM');
        expect(await second.ended).to.equal(0);
      }
    } finally {
      await rm(own, { recursive: true, force: true });
    }
  });

  it('makes images from the terminal, with no account anywhere', async () => {
    const made = await portico(
      home,
      'images',
      'create',
      '--site',
      'home',
      '--description',
      'a lighthouse at dusk',
      '--count',
      '2',
    );
    expect(made.code, made.out).to.equal(0);
    expect(made.out.trim().split('\n').length).to.be.at.least(2);
  });

  it('starts again with new passwords and the same people, sites and documents', async () => {
    const before = [await portico(home, 'users', 'list'), await portico(home, 'sites', 'list')];
    const old = signInOf(portal?.said ?? '', 'Author');
    await stop();
    portal = await PortalProcess.start(home, 'demo');
    expect([await portico(home, 'users', 'list'), await portico(home, 'sites', 'list')]).to.deep.equal(before);
    const renewed = signInOf(portal.said, 'Author');
    expect([renewed.email, renewed.password === old.password]).to.deep.equal([old.email, false]);
    await portal.signIn(renewed);
    expect(await portal.signIn(old).catch((error: Error) => error.message)).to.equal('Nobody is signed in (401).');
    await stop();
  });
});
