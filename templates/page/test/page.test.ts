import { join } from 'node:path';
import { Flags } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/testing';
import { expect } from 'chai';

const folder = join(import.meta.dirname, '../..');

describe('The page of Acme Module', () => {
  let portal: TestPortal;

  before(async () => {
    portal = await startTestPortal({ config: { modulePaths: ['modules', folder] } });
  });
  after(() => portal.stop());

  it('shows its title', async () => {
    const answer = await portal.agent().get('/acme-module');
    expect(answer.status).to.equal(200);
    expect(answer.text).to.match(/<h1[^>]*>Acme Module<\/h1>/);
  });

  it('is not there while its flag is off', async () => {
    await portal.service(Flags).override('acme-module.page', false, 'test');
    expect((await portal.agent().get('/acme-module')).status).to.equal(404);
    await portal.service(Flags).override('acme-module.page', true, 'test');
    expect((await portal.agent().get('/acme-module')).status).to.equal(200);
  });
});
