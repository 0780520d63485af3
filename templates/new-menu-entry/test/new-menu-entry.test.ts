import { join } from 'node:path';
import { startTestPortal, type TestPortal } from '@portico/testing';
import { expect } from 'chai';

const folder = join(import.meta.dirname, '../..');

describe('The entry of Acme Module in the New menu', () => {
  let portal: TestPortal;

  before(async () => {
    portal = await startTestPortal({ config: { modulePaths: ['modules', folder] } });
  });
  after(() => portal.stop());

  it('stands in the menu and leads to the form', async () => {
    const administrator = await portal.signIn();
    const list = await administrator.get('/web/home/documents-media').set('Accept', 'text/html');
    expect(list.text).to.include('/web/home/acme-module');
    expect((await administrator.get('/web/home/acme-module')).text).to.include('name="text"');
  });

  it('makes a document', async () => {
    const administrator = await portal.signIn();
    const answer = await portal.post(administrator, '/web/home/acme-module', { name: 'notes', text: 'Hello' });
    expect(answer.status).to.equal(303);
    const list = await administrator.get('/web/home/documents-media').set('Accept', 'text/html');
    expect(list.text).to.include('notes.txt');
  });
});
