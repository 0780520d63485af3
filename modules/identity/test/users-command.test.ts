import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { People } from '../api/index.js';
import { password } from './support.js';

describe('The users commands', () => {
  let portal: TestPortal;

  before(async () => {
    portal = await startTestPortal();
  });

  after(() => portal.stop());

  it('add an author to a site, with the password from standard input', async () => {
    const argv = ['users', 'add', '--email', 'ada@example.org', '--name', 'Ada', '--role', 'Author', '--site', 'home'];
    const answer = await portal.command(argv, `${password}\n`);
    expect(answer).to.deep.equal({ exitCode: 0, out: 'Added Ada <ada@example.org>.\n', err: '' });
    const visitor = await portal.signIn({ email: 'ada@example.org', password });
    expect((await visitor.get('/web/home/web-content')).status).to.equal(200);
  });

  it('make a password for one sign-in and print it when none is given', async () => {
    const answer = await portal.command(['users', 'add', '--email', 'bob@example.org', '--name', 'Bob', '--role', 'Operator']);
    expect(answer.out).to.match(/^Added Bob <bob@example\.org>\.\nOne-time password: [a-z2-9-]{19}\n$/);
    expect(portal.service(People).byEmail('bob@example.org')).to.deep.include({ mustChangePassword: true, roles: ['Operator'] });
  });

  it('add nobody when something is wrong', async () => {
    for (const [more, sentence] of [
      [['--role', 'Author'], 'The role Author cannot be granted on the whole instance'],
      [['--role', 'Author', '--site', 'nowhere'], 'There is no site with the address nowhere.'],
      [['--role', 'Emperor'], 'The role Emperor cannot be granted'],
      [['--site', 'home'], 'Say with --role'],
    ] as const) {
      const answer = await portal.command(['users', 'add', '--email', 'eve@example.org', '--name', 'Eve', ...more], password);
      expect(answer.exitCode, sentence).to.equal(1);
      expect(answer.err, sentence).to.include(sentence);
    }
    expect((await portal.command(['users', 'add', '--email', 'eve@example.org', '--name', 'Eve'], 'short')).exitCode).to.equal(1);
    expect(portal.service(People).byEmail('eve@example.org')).to.equal(undefined);
  });

  it('grant and revoke roles, and keep the last administrator', async () => {
    const bob = ['--email', 'bob@example.org'];
    const change = (...argv: readonly string[]) => portal.command(['users', ...argv]);
    expect((await change('grant', ...bob, '--role', 'Author', '--site', 'home')).out).to.equal(
      'bob@example.org: is now Author in home.\n',
    );
    expect((await change('revoke', ...bob, '--role', 'Author', '--site', 'home')).exitCode).to.equal(0);
    expect(portal.service(People).byEmail('bob@example.org')?.siteRoles).to.deep.equal({});
    const last = await change('revoke', '--email', portal.administrator.email, '--role', 'Administrator');
    expect([last.exitCode, last.err]).to.satisfy(([code, err]: [number, string]) => code === 1 && err.includes('last active'));
    expect((await change('grant', '--email', 'nobody@example.org', '--role', 'Operator')).err).to.include('Nobody has');
  });

  it('disable, enable, and set a password', async () => {
    const ada = { email: 'ada@example.org', password };
    const visitor = await portal.signIn(ada);
    expect((await portal.command(['users', 'disable', '--email', ada.email])).exitCode).to.equal(0);
    expect((await visitor.get('/account')).status).to.equal(303);
    await portal.command(['users', 'enable', '--email', ada.email]);
    expect((await portal.command(['users', 'set-password', '--email', ada.email], 'another good password\n')).out).to.equal(
      'ada@example.org has a new password and is signed out everywhere.\n',
    );
    await portal.signIn({ ...ada, password: 'another good password' });
    expect((await portal.command(['users', 'set-password', '--email', ada.email])).out).to.match(/One-time password: \S{19}\n$/);
    expect((await portal.command(['users', 'set-password', '--email', ada.email], 'short')).exitCode).to.equal(1);
  });

  it('list people with their roles', async () => {
    const { out } = await portal.command(['users', 'list']);
    expect(out.split('\n')).to.deep.equal([
      'ada@example.org  Ada  Author in home',
      'admin@portico.example  Administrator  Administrator',
      'bob@example.org  Bob  Operator',
      '',
    ]);
  });
});
