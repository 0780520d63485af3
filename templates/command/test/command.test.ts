import { join } from 'node:path';
import { startTestPortal, type TestPortal } from '@portico/testing';
import { expect } from 'chai';

const folder = join(import.meta.dirname, '../..');

describe('portico acme-module greet', () => {
  let portal: TestPortal;

  before(async () => {
    portal = await startTestPortal({ config: { modulePaths: ['modules', folder] } });
  });
  after(() => portal.stop());

  it('greets', async () => {
    const { exitCode, out } = await portal.command(['acme-module', 'greet', '--name', 'Ada']);
    expect(exitCode).to.equal(0);
    expect(out).to.match(/^Hello, Ada\. It is \d{4}-/);
  });

  it('asks for a name', async () => {
    const { exitCode, err } = await portal.command(['acme-module', 'greet']);
    expect([exitCode, err]).to.deep.equal([1, 'Say who is greeted: --name Ada.\n']);
  });
});
