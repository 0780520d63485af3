import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { People } from '@portico/identity/api';
import { expect } from 'chai';
import { addProvider, startProvider, type TestProvider, TestVisitor } from './support.js';

const password = 'a lighthouse at dusk';

describe('Signing in by OpenID Connect', () => {
  let portal: TestPortal;
  let provider: TestProvider;

  before(async () => {
    portal = await startTestPortal();
    provider = await startProvider(portal.url);
    await addProvider(portal, provider.issuer);
  });

  after(async () => {
    await portal?.stop();
    await provider?.stop();
  });

  it('shows a button for the provider, which leads there and back to where somebody wanted to go', async () => {
    provider.people.set('ada', { email: 'ada@example.org', email_verified: true, name: 'Ada Lovelace' });
    const ada = new TestVisitor(portal);
    const page = await (await ada.send('/sign-in?next=/account')).text();
    expect(page).to.include('Sign in with Example Org');
    const answer = await ada.signIn('ada', '/account');
    expect([answer.status, answer.headers.get('location')]).to.deep.equal([303, '/account']);
    expect(await ada.account()).to.equal('ada@example.org');
    expect(portal.service(People).byEmail('ada@example.org')?.name).to.equal('Ada Lovelace');
  });

  it('connects an account that is here by an address that was verified, and says so in the audit log', async () => {
    await portal.service(People).add({ email: 'bob@example.org', name: 'Bob Here', password });
    provider.people.set('bob', { email: 'bob@example.org', email_verified: true, name: 'Bob There' });
    const bob = new TestVisitor(portal);
    await bob.signIn('bob');
    expect(await bob.account()).to.equal('bob@example.org');
    expect(portal.service(People).byEmail('bob@example.org')?.name).to.equal('Bob Here');
  });
});
