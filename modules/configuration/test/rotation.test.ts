import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Settings } from '@portico/configuration/api';
import { AccessContexts, AuditLog, instanceScope, Modules, siteScope } from '@portico/core';
import type { TestPortal, TestPortalOptions } from '@portico/core/testing';
import { expect } from 'chai';
import { instancePage, saveForm, startSampleSettings, visibleText } from '../testing/index.js';

const canary = 'sk-canary-rotation-0123456789-uiop';
const newKey = (): string => randomBytes(32).toString('base64');

describe('A new master key', () => {
  let home: string;
  let portal: TestPortal;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'portico-rotation-'));
  });
  afterEach(async () => {
    await portal.stop();
    rmSync(home, { recursive: true, force: true });
  });

  const open = async (options: TestPortalOptions = {}): Promise<void> => {
    portal = await startSampleSettings({ home, ...options });
  };
  const handle = (): NonNullable<ReturnType<Settings['byId']>>['handle'] => {
    const found = portal.service(Settings).byId('sample');
    if (!found) throw new Error('There is no sample.');
    return found.handle;
  };
  const scopes = [instanceScope, ...['a', 'b', 'c'].map(siteScope)];
  const store = async (): Promise<void> => {
    const { person } = portal.service(AccessContexts).system();
    if (!person) throw new Error('Nobody is at work.');
    for (const [index, scope] of scopes.entries()) await handle().save(scope, { apiKey: { set: `${canary}${index}` } }, person);
  };
  const secrets = (): readonly (string | undefined)[] => scopes.map((scope) => handle().secret(scope, 'apiKey'));
  const all = scopes.map((_, index) => `${canary}${index}`);
  const keyFile = (): string => readFileSync(join(home, 'master.key'), 'utf8');

  it('takes the place of the former one while the portal runs, in force after a restart, and is audited', async () => {
    await open();
    await store();
    const before = keyFile();
    const { exitCode, out } = await portal.command(['secrets', 'rotate']);
    expect([exitCode, secrets()]).to.deep.equal([0, all]);
    expect(out)
      .to.match(/\d of 5: sample\.apiKey/)
      .and.not.include(canary);
    expect(keyFile()).not.to.equal(before);
    expect(readdirSync(home).filter((name) => name.startsWith('master.key'))).to.deep.equal(['master.key']);
    const { records } = await portal.service(AuditLog).list({ area: 'secrets' });
    expect(records.map(({ action }) => action)).to.deep.equal(['rotation-finished', 'rotation-started']);
    await portal.stop({ keep: true });
    await open();
    expect(secrets()).to.deep.equal(all);
    const list = await portal.command(['secrets', 'list']);
    expect(list.out)
      .to.match(/sample\.apiKey {2}site a {2}set by Portico {2}\S+Z {2}key [0-9a-f]{12} {2}readable/)

      // Those of the module, and the key of the audit log.
      .and.include('5 stored.')
      .and.not.include(canary);
  });

  it('is taken up again where it was stopped', async () => {
    await open();
    await store();
    const before = keyFile();
    // As a process that died after the new key file was in place and one record was done.
    await portal.stop({ keep: true });
    writeFileSync(join(home, 'master.key.previous'), before, { mode: 0o600 });
    writeFileSync(join(home, 'master.key'), newKey(), { mode: 0o600 });
    await open();
    expect(secrets()).to.deep.equal(all);
    const { out } = await portal.command(['secrets', 'rotate']);
    expect(out)
      .to.match(/^Going on/)
      .and.include('5 of 5');
    expect(existsSync(join(home, 'master.key.previous'))).to.equal(false);
    expect(secrets()).to.deep.equal(all);
  });

  it('keeps the former one while a module that keeps secrets is off', async () => {
    await open();
    await store();
    await portal.service(Modules).stop('configuration');
    const { exitCode, out } = await portal.command(['secrets', 'rotate']);
    expect([exitCode, out.includes('The former key is kept: configuration')]).to.deep.equal([1, true]);
    await portal.service(Modules).start('configuration');
    expect(secrets()).to.deep.equal(all);
    expect((await portal.command(['secrets', 'rotate'])).exitCode).to.equal(0);
    expect(secrets()).to.deep.equal(all);
  });

  it('never costs a key that lies where the former one should', async () => {
    await open();
    await store();
    await portal.stop({ keep: true });
    writeFileSync(join(home, 'master.key.previous'), 'half a key');
    await open();
    const before = keyFile();
    const { exitCode, err } = await portal.command(['secrets', 'rotate']);
    expect([exitCode, keyFile()]).to.deep.equal([1, before]);
    expect(err).to.include('Another key lies in');
    expect(secrets()).to.deep.equal(all);
  });

  it('comes from the deployment where the former one did', async () => {
    const [former, next] = [newKey(), newKey()];
    await open({ environment: { PORTICO_MASTER_KEY: former } });
    await store();
    expect((await portal.command(['secrets', 'rotate'])).err).to.include('PORTICO_MASTER_KEY_PREVIOUS');
    await portal.stop({ keep: true });
    await open({ environment: { PORTICO_MASTER_KEY: next, PORTICO_MASTER_KEY_PREVIOUS: former } });
    expect(secrets()).to.deep.equal(all);
    expect((await portal.command(['secrets', 'rotate'])).out).to.include('PORTICO_MASTER_KEY_PREVIOUS can be removed.');
    await portal.stop({ keep: true });
    await open({ environment: { PORTICO_MASTER_KEY: next } });
    expect(secrets()).to.deep.equal(all);
  });

  for (const [name, masterKey] of [
    ['another one', newKey()],
    ['not a key', 'not a key'],
  ] as const) {
    it(`that is ${name} leaves the secrets unreadable and everything else at work`, async () => {
      await open({ environment: { PORTICO_MASTER_KEY: newKey() } });
      await store();
      await portal.stop({ keep: true });
      await open({ environment: { PORTICO_MASTER_KEY: masterKey } });
      expect(secrets()).to.deep.equal(scopes.map(() => undefined));
      const admin = await portal.signIn();
      const page = await admin.get(instancePage);
      expect(visibleText(page.text)).to.include('What is stored cannot be read');
      expect((await saveForm(portal, admin, instancePage, { greeting: 'Still here' })).status).to.equal(303);
      const list = await portal.command(['secrets', 'list']);
      expect([list.exitCode, list.out.match(/unreadable/g)?.length]).to.deep.equal([1, 5]);
      const typed = await saveForm(portal, admin, instancePage, { apiKey: canary });
      expect(typed.status).to.equal(name === 'another one' ? 303 : 503);
      expect(typed.text).not.to.include(canary);
      expect((await portal.command(['doctor'])).out).to.include('sample.apiKey');
      expect((await admin.get('/health/ready')).status).to.equal(200);
    });
  }

  it('that is missing is made anew; what the lost one sealed shows as unreadable', async () => {
    await open();
    await store();
    await portal.stop({ keep: true });
    rmSync(join(home, 'master.key'));
    await open();
    expect(secrets()).to.deep.equal(scopes.map(() => undefined));
    const { person } = portal.service(AccessContexts).system();
    if (person) await handle().save(instanceScope, { apiKey: { set: canary } }, person);
    expect(handle().secret(instanceScope, 'apiKey')).to.equal(canary);
  });
});
