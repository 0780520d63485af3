import type { TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { instancePage, sitePage, startSampleSettings, visibleText } from '../testing/index.js';

const password = 'a long enough password';

describe('Who may see what', () => {
  let portal: TestPortal;
  before(async () => {
    portal = await startSampleSettings();
  });
  after(() => portal.stop());

  const paths = [
    '/configuration/instance-settings',
    instancePage,
    '/configuration/feature-flags',
    '/configuration/modules',
    '/web/home/configuration/site-settings',
    sitePage,
  ];
  const table: readonly (readonly [string, boolean, readonly number[]])[] = [
    ['Administrator', false, [200, 200, 200, 200, 200, 200]],
    ['Operator', false, [200, 404, 200, 200, 404, 404]],
    ['Site Administrator', true, [404, 404, 404, 404, 200, 200]],
    ['Author', true, [404, 404, 404, 404, 404, 404]],
  ];
  for (const [role, atSite, expected] of table) {
    it(`is decided by the role of ${role}`, async () => {
      const email = `${role.toLowerCase().replace(' ', '-')}@portico.example`;
      const add = ['users', 'add', '--email', email, '--name', role, '--role', role, ...(atSite ? ['--site', 'home'] : [])];
      expect(await portal.command(add, password)).to.include({ exitCode: 0, err: '' });
      const person = await portal.signIn({ email, password });
      const statuses: number[] = [];
      for (const path of paths) statuses.push((await person.get(path)).status);
      expect(statuses).to.deep.equal(expected);
      const change = await portal.post(person, '/configuration/feature-flags/sample', { enabled: 'true' });
      expect(change.status).to.equal(expected[2] === 200 ? 303 : 403);
    });
  }

  it('shows an operator the entries they may open, and no others', async () => {
    const operator = await portal.signIn({ email: 'operator@portico.example', password });
    const words = visibleText((await operator.get('/configuration/instance-settings')).text);
    expect(words).to.include('Feature Flags').and.not.to.include('Sample').and.not.to.include('Harbour');
  });
});
