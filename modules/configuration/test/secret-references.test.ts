import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Settings } from '@portico/configuration/api';
import { instanceScope } from '@portico/core';
import type { TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { instancePage, saveForm, sitePage, startSampleSettings, type TestClient, visibleText } from '../testing/index.js';

const canary = 'sk-canary-reference-0123456789-hjkl';

describe('References to secrets of the deployment', () => {
  let portal: TestPortal;
  let admin: TestClient;
  let folder: string;

  before(async () => {
    portal = await startSampleSettings({
      environment: { PORTICO_SECRET_LIGHT: canary, OTHER_SECRET: canary, PORTICO_SECRET_EMPTY: ' ' },
    });
    admin = await portal.signIn();
    folder = join(portal.home, 'secrets');
    await mkdir(folder);
  });
  after(() => portal.stop());

  const secret = (): string | undefined => portal.service(Settings).byId('sample')?.handle.secret(instanceScope, 'apiKey');
  const save = (apiKey: string, page = instancePage): ReturnType<typeof saveForm> => saveForm(portal, admin, page, { apiKey });
  const words = async (): Promise<string> => visibleText((await admin.get(instancePage)).text);

  it('are used in place of a secret, and shown in place of it', async () => {
    expect((await save('env:PORTICO_SECRET_LIGHT')).status).to.equal(303);
    expect(secret()).to.equal(canary);
    expect(await words())
      .to.match(/In force: env:PORTICO_SECRET_LIGHT, from Instance Settings \( .*, set by .+\)/)
      .and.not.include('hjkl');
  });

  it('are read from a file whenever they are used', async () => {
    const file = join(folder, 'light');
    expect((await save(`file:${file}`)).status).to.equal(303);
    expect(secret()).to.equal(undefined);
    expect(await words()).to.include(`file:${file} cannot be used: nothing is there. What needs this secret is off`);
    await writeFile(file, `${canary}\n`);
    expect(secret()).to.equal(canary);
    expect(await words()).not.to.include('cannot be used');
    await writeFile(file, 'another-key-0123');
    expect(secret()).to.equal('another-key-0123');
    expect((await portal.command(['settings', 'get', 'sample.apiKey'])).out).to.include(`file:${file}`);
  });

  it('say what is wrong with what is there', async () => {
    const file = join(folder, 'light');
    const cases: readonly (readonly [string, string])[] = [
      ['', 'it is empty'],
      ['x'.repeat(20_000), 'it is too large for a secret'],
      ['two\nlines', 'what is there does not have the shape of this secret'],
    ];
    for (const [content, sentence] of cases) {
      await writeFile(file, content);
      expect(await words()).to.include(`cannot be used: ${sentence}`);
      expect(secret()).to.equal(undefined);
    }
    await rm(file);
    await symlink('/etc/passwd', file);
    expect(await words()).to.include('the deployment does not allow this place');
    await rm(file);
    await mkdir(file);
    expect(await words()).to.include('the portal may not read it');
    expect((await portal.command(['doctor'])).out).to.include('sample.apiKey');
  });

  it('name only what the deployment allows', async () => {
    const forbidden = [
      'env:OTHER_SECRET',
      'env:PORTICO_MASTER_KEY',
      'env:PORTICO_SECRET_',
      'env:HOME',
      'env:',
      'file:/etc/passwd',
      `file:${portal.home}/master.key`,
      `file:${portal.home}/secrets/../master.key`,
      `file:${portal.home}/secrets`,
      'file:secrets/light',
    ];
    for (const reference of forbidden) {
      const answer = await save(reference);
      expect(answer.status, reference).to.equal(400);
      expect(visibleText(answer.text)).to.include('The deployment allows only these places: env:PORTICO_SECRET_*');
    }
    expect((await save('env:PORTICO_SECRET_LIGHT', sitePage)).status).to.equal(400);
  });

  it('leave nothing of the secret in the database, the log or a page', async () => {
    await save('env:PORTICO_SECRET_LIGHT');
    expect(secret()).to.equal(canary);
    const rows = await portal.service(Settings).byId('sample')?.handle.resolve(instanceScope, 'apiKey');
    expect(JSON.stringify(rows)).not.to.include(canary);
    expect(portal.log()).not.to.include(canary);
  });
});
