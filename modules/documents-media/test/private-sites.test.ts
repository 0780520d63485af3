import { AuditLog, SiteDirectory } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { People } from '@portico/identity/api';
import { Sites } from '@portico/sites/api';
import { expect } from 'chai';

type TestClient = ReturnType<TestPortal['agent']>;

describe('private sites', () => {
  let portal: TestPortal;
  let administrator: TestClient;

  before(async () => {
    portal = await startTestPortal();
    administrator = await portal.signIn();
  });

  after(() => portal.stop());

  it('are visible to whom they say, and do not exist for anybody else', async () => {
    const secret = await portal.service(Sites).add({ name: 'Hidden Garden', address: 'garden' });
    const accounts = portal.service(People);
    const entry = async (name: string, role?: 'Member' | 'Author', site = secret.id): Promise<TestClient> => {
      const login = { email: `${name}@portico.example`, password: `rivers run by ${name} at night` };
      const { id } = await accounts.add({ ...login, name });
      if (role) await accounts.grant(id, role, site);
      return portal.signIn(login);
    };
    const everybody: Readonly<Record<string, TestClient>> = {
      guest: portal.agent(),
      stranger: await entry('stranger'),
      neighbour: await entry('neighbour', 'Author', portal.service(SiteDirectory).byAddress('home')?.id),
      member: await entry('member', 'Member'),
      author: await entry('author', 'Author'),
      administrator,
    };
    const say = (audience: object) => portal.post(administrator, `/sites/${secret.id}`, { name: secret.name, ...audience });
    const visitors = async (): Promise<readonly string[]> => {
      const found: string[] = [];
      for (const [who, agent] of Object.entries(everybody)) {
        const answer = await agent.get('/web/garden').set('Accept', 'text/html');
        if (answer.status === 200) found.push(who);
        else {
          const none = await agent.get('/web/nowhere').set('Accept', 'text/html');
          const plain = ({ text }: { text: string }) =>
            text.replaceAll(
              /garden|nowhere|Reference <code>[^<]*|portico-csrf" content="[^"]*"|name="csrf" value="[^"]*"|nonce="[^"]*"/g,
              '',
            );
          expect([answer.status, plain(answer)], who).to.deep.equal([404, plain(none)]);
          expect(answer.text, who).to.not.include('Hidden Garden');
          for (const path of ['/articles/x', '/documents-media', '/documents-media/api/documents', '/nothing'])
            expect((await agent.get(`/web/garden${path}`)).status, `${who} ${path}`).to.equal(404);
          expect((await agent.delete('/web/garden').set('Origin', portal.url)).status, who).to.equal(404);
        }
      }
      return found;
    };
    expect(await visitors()).to.deep.equal(Object.keys(everybody));
    await say({ visibleTo: 'signed-in' });
    expect(await visitors()).to.deep.equal(['stranger', 'neighbour', 'member', 'author', 'administrator']);
    await say({ visibleTo: 'members' });
    expect(await visitors()).to.deep.equal(['member', 'author', 'administrator']);
    await say({ visibleTo: 'roles', roles: 'Author' });
    expect(await visitors()).to.deep.equal(['author', 'administrator']);
    expect((await portal.post(administrator, `/sites/${secret.id}`, { name: secret.name, visibleTo: 'roles' })).status).to.equal(
      400,
    );
    const form = (await administrator.get(`/sites/${secret.id}`)).text;
    expect(form)
      .to.match(/value="roles" checked/)
      .and.to.match(/name="roles" value="Author" checked/);
    await accounts.revoke(accounts.byEmail('author@portico.example')?.id ?? '', 'Author', secret.id);
    expect(await visitors()).to.deep.equal(['administrator']);
    await say({ visibleTo: 'everyone' });
    const { records } = await portal.service(AuditLog).list({ area: 'sites', scope: secret.id, action: 'changed' });
    expect(records.map(({ after }) => (after as { visibleTo: string }).visibleTo)).to.deep.equal([
      'everyone',
      'roles',
      'members',
      'signed-in',
    ]);
  });

  it('that a guest does not see are not where the bare address leads', async () => {
    const home = portal.service(SiteDirectory).byAddress('home');
    const say = (visibleTo: string) => portal.post(administrator, `/sites/${home?.id}`, { name: home?.name, visibleTo });
    await say('members');
    expect((await portal.agent().get('/')).headers.location).to.match(/^\/web\/(?!home)/);
    expect((await administrator.get('/')).headers.location).to.equal('/web/home');
    await say('everyone');
  });
});
