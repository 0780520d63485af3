import { createServer, type ServerResponse } from 'node:http';
import { AuditLog } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { People, Roles } from '@portico/identity/api';
import { expect } from 'chai';
import { type LyingProvider, startLyingProvider } from './lying-provider.js';
import { addProvider, changeProvider, clientSecret, closed, listen, providerId, TestVisitor } from './support.js';

const password = 'grey pebbles by the river';

describe('Providers of OpenID Connect', () => {
  let portal: TestPortal;
  let provider: LyingProvider;

  before(async () => {
    portal = await startTestPortal();
    provider = await startLyingProvider(portal.url);
    await addProvider(portal, provider.issuer);
  });

  after(async () => {
    await portal?.stop();
    await provider?.stop();
  });

  const path = `/oidc/providers/${providerId}`;
  const form = (issuer: string) => ({ name: 'Another', issuer, clientId: 'portico', scopes: 'openid' });
  /** What Test Connection says. */
  const test = async (issuer: string): Promise<string> => {
    const administrator = await portal.signIn();
    const answer = await portal.post(administrator, '/oidc/providers/new', { ...form(issuer), intent: 'test' });
    return answer.text.replaceAll('&#x27;', "'");
  };
  /** The same of something that answers in its own way. */
  const testOf = async (answer: (response: ServerResponse, issuer: string) => void): Promise<string> => {
    let issuer = '';
    const server = createServer((_request, response) => answer(response, issuer));
    issuer = await listen(server);
    try {
      return await test(issuer);
    } finally {
      await closed(server);
    }
  };
  const json = (response: ServerResponse, body: object): void =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));

  it('are tested before they are saved: each kind of failure has a sentence of its own', async () => {
    expect(await test(provider.issuer)).to.include(`The provider answers, and calls itself ${provider.issuer}.`);
    const gone = createServer();
    const nowhere = await listen(gone);
    await closed(gone);
    expect(await test(nowhere)).to.include('Nothing listens at this address.');
    expect(await test('https://portico.invalid')).to.include('The name of this address is not known.');
    expect(await testOf((response) => void response.writeHead(404).end())).to.include(
      'there is no provider of OpenID Connect at this address',
    );
    expect(await testOf((response) => void response.writeHead(302, { location: '/x' }).end())).to.include(
      'The address leads on to another one.',
    );
    expect(await testOf((response) => void response.writeHead(500).end())).to.include(
      'The provider answers with an error (500).',
    );
    expect(await testOf((response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Hi</p>'))).to.include(
      'with a page instead of the data of a provider',
    );
    expect(await testOf((response) => json(response, { issuer: 'https://id.example.org' }))).to.include(
      'it calls itself by another issuer',
    );
    expect(await testOf((response, issuer) => json(response, { issuer }))).to.include(
      'authorization_endpoint is missing or cannot be used',
    );
    const insecure = (response: ServerResponse, issuer: string): void =>
      json(response, {
        issuer,
        authorization_endpoint: `${issuer}/a`,
        token_endpoint: 'http://id.example.org/token',
        jwks_uri: `${issuer}/keys`,
      });
    expect(await testOf(insecure)).to.include('token_endpoint is missing or cannot be used');
    expect(await testOf((response) => json(response, { padding: ' '.repeat(2 * 1024 * 1024) }))).to.include(
      'is too long to be one',
    );
    const secure = provider.issuer.replace('http:', 'https:');
    expect(await test(secure)).to.include('The certificate of the provider is not valid');
  });

  it('are reached by https, but for those on this machine; what is wrong with a form stands beside its fields', async () => {
    const administrator = await portal.signIn();
    const refused = async (fields: object): Promise<string> => {
      const answer = await portal.post(administrator, '/oidc/providers/new', fields);
      expect(answer.status).to.equal(400);
      return answer.text;
    };
    expect(await refused(form('http://id.example.org'))).to.include('The issuer must be reached by https');
    expect(await refused(form('id.example.org'))).to.include('Enter the address of the issuer, such as https://id.example.org.');
    expect(await refused(form('https://user:word@id.example.org'))).to.include('without a user');
    expect(await refused({ ...form('https://id.example.org'), name: 'example org' })).to.include(
      'There is already a provider Example Org.',
    );
    const lines = { group: 'staff', role: 'Author', site: '' };
    expect(await refused({ ...form('https://id.example.org'), ...lines })).to.include(
      'Author for the group staff is given within a site',
    );
  });

  it('are the business of those who may decide about them', async () => {
    const pia = await portal.service(People).add({ email: 'pia@example.org', name: 'Pia', password });
    await portal.service(People).grant(pia.id, 'Operator');
    const visitor = await portal.signIn({ email: 'pia@example.org', password });
    expect((await visitor.get('/oidc/providers')).status).to.equal(404);
    expect((await portal.post(visitor, path, form(provider.issuer))).status).to.equal(403);
    expect((await portal.post(visitor, `${path}/remove`)).status).to.equal(403);
    expect((await visitor.get('/configuration/instance-settings')).text).not.to.include('OpenID Connect');
  });

  it('have a secret that nobody is shown, that the operator finds among the secrets, and stands in no entry', async () => {
    const administrator = await portal.signIn();
    const { text } = await administrator.get(path);
    expect(text).to.include('There is one. Leave this empty to keep it').and.not.to.include(clientSecret);
    const listed = await portal.command(['secrets', 'list']);
    expect(listed.out).to.include('oidc.Example Org.clientSecret').and.not.to.include(clientSecret);
    await changeProvider(portal, provider.issuer, {});
    provider.claims = { sub: 'eve', email: 'eve@example.org', email_verified: true, name: 'Eve' };
    const eve = new TestVisitor(portal);
    expect((await eve.send(await provider.back(eve))).status).to.equal(303);
    const { records } = await portal.service(AuditLog).list({ area: 'oidc' });
    expect(records.map(({ action, attribute }) => [action, attribute].filter(Boolean).join(' '))).to.deep.equal([
      'changed',
      'set clientSecret',
      'added',
    ]);
    expect(JSON.stringify(records)).not.to.include(clientSecret);
    expect(portal.log()).not.to.include(clientSecret);
  });

  it('follow when a role gets another name, and lose the line of one that is removed', async () => {
    const made = await portal.command(['roles', 'add', '--name', 'Reporter', '--description', 'Reports.']);
    expect(made.exitCode, made.err).to.equal(0);
    await changeProvider(portal, provider.issuer, { group: 'press', role: 'Reporter', site: '' });
    const administrator = await portal.signIn();
    const roleOf = async (): Promise<string | undefined> =>
      /<option value="(Reporter|Journalist)" selected>/.exec((await administrator.get(path)).text)?.[1];
    expect(await roleOf()).to.equal('Reporter');
    provider.claims = { sub: 'rita', email: 'rita@example.org', email_verified: true, name: 'Rita', groups: ['press'] };
    const signIn = async () => {
      const rita = new TestVisitor(portal);
      await rita.send(await provider.back(rita));
      return portal.service(People).byEmail('rita@example.org')?.roles;
    };
    expect(await signIn()).to.deep.equal(['Reporter']);
    const renamed = await portal.command(['roles', 'rename', '--name', 'Reporter', '--to', 'Journalist']);
    expect(renamed.exitCode, renamed.err).to.equal(0);
    expect(await roleOf()).to.equal('Journalist');
    expect(await signIn()).to.deep.equal(['Journalist']);
    provider.claims = { ...provider.claims, groups: [] };
    expect(await signIn()).to.deep.equal([]);
    const removed = await portal.command(['roles', 'remove', '--name', 'Journalist', '--yes']);
    expect(removed.exitCode, removed.err).to.equal(0);
    expect(portal.service(Roles).byName('Journalist')).to.equal(undefined);
    expect(await roleOf()).to.equal(undefined);
  });

  it('keep everybody out while they are disabled, and end with their sessions and roles when they are removed', async () => {
    const administrator = await portal.signIn();
    await changeProvider(portal, provider.issuer, { group: 'ops', role: 'Operator', site: '' });
    provider.claims = { sub: 'ned', email: 'ned@example.org', email_verified: true, name: 'Ned', groups: 'ops' };
    const ned = new TestVisitor(portal);
    const begun = await provider.back(ned);
    await portal.post(administrator, `${path}/enabled`, { enabled: 'false' });
    expect(await (await ned.send('/sign-in')).text()).not.to.include('Sign in with');
    expect((await ned.send(begun)).status).to.equal(404);
    await portal.post(administrator, `${path}/enabled`, { enabled: 'true' });
    expect((await ned.send(begun)).status).to.equal(303);
    expect(portal.service(People).byEmail('ned@example.org')?.roles).to.deep.equal(['Operator']);
    expect((await administrator.get(path)).text).to.match(/\d+ people sign in with it\./);
    await portal.post(administrator, `${path}/remove`);
    expect(await ned.account()).to.equal(undefined);
    expect(portal.service(People).byEmail('ned@example.org')?.roles).to.deep.equal([]);
    expect((await administrator.get(path)).status).to.equal(404);
    const doctor = await portal.command(['doctor']);
    expect(doctor.exitCode, doctor.out).to.equal(0);
  });

  it('let nobody in whose sign-in is under way while they are disabled, changed or removed', async () => {
    const administrator = await portal.signIn();
    await addProvider(portal, provider.issuer);
    provider.claims = { sub: 'zoe', email: 'zoe@example.org', email_verified: true, name: 'Zoe' };
    const whenMeanwhile = async (happens: () => Promise<unknown>) => {
      provider.beforeToken = async () => void (await happens());
      const zoe = new TestVisitor(portal);
      const { status } = await zoe.send(await provider.back(zoe));
      provider.beforeToken = undefined;
      return { status, account: await zoe.account(), person: portal.service(People).byEmail('zoe@example.org') };
    };
    const nobody = { status: 410, account: undefined, person: undefined };
    const disabled = await whenMeanwhile(() => portal.post(administrator, `${path}/enabled`, { enabled: 'false' }));
    expect(disabled).to.deep.equal(nobody);
    await portal.post(administrator, `${path}/enabled`, { enabled: 'true' });
    const changed = await whenMeanwhile(() => changeProvider(portal, provider.issuer, { addsPeople: undefined }));
    expect(changed).to.deep.equal(nobody);
    await changeProvider(portal, provider.issuer, {});
    expect(await whenMeanwhile(() => portal.post(administrator, `${path}/remove`))).to.deep.equal(nobody);
  });

  it('keep their secret for the issuer that it was entered for', async () => {
    const administrator = await portal.signIn();
    const other = await startLyingProvider(portal.url);
    await addProvider(portal, provider.issuer);
    const fields = { ...form(other.issuer), name: 'Example Org' };
    const refused = await portal.post(administrator, path, fields);
    expect(refused.status).to.equal(400);
    expect(refused.text).to.include('Enter the client secret again: the one that is kept is for the former issuer.');
    expect(await new TestVisitor(portal).begin()).to.include(provider.issuer);
    expect((await portal.post(administrator, path, { ...fields, clientSecret })).status).to.equal(303);
    expect(await new TestVisitor(portal).begin()).to.include(other.issuer);
    await other.stop();
  });
});
