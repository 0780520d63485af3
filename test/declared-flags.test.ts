import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Flags } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';

describe('The flags of the modules', () => {
  let folder: string;
  let portal: TestPortal;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portico-flags-'));
    const flagsFile = join(folder, 'feature-flags.json');
    await writeFile(flagsFile, JSON.stringify({ flags: { 'LPD-10793': { enabled: true } } }));
    portal = await startTestPortal({ config: { flagsFile } });
  });
  after(async () => {
    await portal.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('keep what their module declares when the file says whether they are on, and nothing else', async () => {
    expect(portal.service(Flags).state('LPD-10793')).to.include({
      enabled: true,
      type: 'release',
      title: 'Create AI Image',
      description: 'Authors make images from words in Documents and Media and in the item selector.',
    });
    expect((await portal.command(['flags', 'list'])).out).to.match(/^LPD-10793 {2}on {3}Create AI Image {2}/m);
    const { text } = await (await portal.signIn()).get('/configuration/feature-flags');
    expect(text).to.include('Create AI Image').and.to.include('Authors make images from words');
  });

  it('all have a title and a description, and none is asked for that no module declares', async () => {
    for (const { key, title, description } of portal.service(Flags).all())
      expect([key, title !== key, (description ?? '').length > 0]).to.deep.equal([key, true, true]);
    const admin = await portal.signIn();
    for (const page of ['/web/home', '/web/home/documents-media', '/configuration/instance-settings', '/ai-creator/usage'])
      await admin.get(page);
    expect(portal.service(Flags).problems()).to.deep.equal([]);
    expect(portal.log()).not.to.include('that nobody declares');
  });
});
