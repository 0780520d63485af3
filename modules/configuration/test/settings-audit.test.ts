import { Settings } from '@portico/configuration/api';
import { AuditLog, type AuditRecord } from '@portico/core';
import type { TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { instancePage, saveForm, sitePage, startSampleSettings, type TestClient } from '../testing/index.js';

const key = 'sk-audit-0123456789-wxyz';

describe('The audit of settings', () => {
  let portal: TestPortal;
  let admin: TestClient;
  before(async () => {
    portal = await startSampleSettings({ environment: { PORTICO_SECRET_LAMP: `${key}-env` } });
    admin = await portal.signIn();
  });
  after(() => portal.stop());

  const records = async (): Promise<readonly AuditRecord[]> =>
    (await portal.service(AuditLog).list({ area: 'settings', subject: 'sample' })).records;
  const last = async (): Promise<unknown> => {
    const [{ attribute, action, before, after, via, scope } = {} as AuditRecord] = await records();
    return [attribute, action, before, after, via, scope === 'instance' ? scope : 'site'];
  };

  it('says who changed what from where, with the old and the new value', async () => {
    await saveForm(portal, admin, instancePage, { greeting: 'Hello' });
    expect(await last()).to.deep.equal(['greeting', 'changed', undefined, 'Hello', 'screen', 'instance']);
    await portal.command(['settings', 'set', 'sample.greeting', 'Hi']);
    expect(await last()).to.deep.equal(['greeting', 'changed', 'Hello', 'Hi', 'command', 'instance']);
    await portal.command(['settings', 'unset', 'sample.greeting']);
    expect(await last()).to.deep.equal(['greeting', 'inherited', 'Hi', undefined, 'command', 'instance']);
    const [, , first] = await records();
    expect(first?.by.name).to.not.equal('');
  });

  it('says of secrets that they were set, replaced and removed, and nothing else', async () => {
    await saveForm(portal, admin, instancePage, { apiKey: key });
    expect(await last()).to.deep.equal(['apiKey', 'set', undefined, undefined, 'screen', 'instance']);
    await saveForm(portal, admin, instancePage, { apiKey: `${key}2` });
    expect(await last()).to.deep.equal(['apiKey', 'replaced', undefined, undefined, 'screen', 'instance']);
    await saveForm(portal, admin, instancePage, { apiKey: 'env:PORTICO_SECRET_LAMP' });
    expect(await last()).to.deep.equal(['apiKey', 'replaced', undefined, 'env:PORTICO_SECRET_LAMP', 'screen', 'instance']);
    await saveForm(portal, admin, instancePage, { 'apiKey.remove': 'on' });
    expect(await last()).to.deep.equal(['apiKey', 'removed', 'env:PORTICO_SECRET_LAMP', undefined, 'screen', 'instance']);
    await saveForm(portal, admin, sitePage, { 'apiKey.mode': 'none' });
    expect(await last()).to.deep.equal(['apiKey', 'none', undefined, undefined, 'screen', 'site']);
    expect(JSON.stringify(await records())).not.to.include(key);
  });

  it('says nothing of a save that failed or changed nothing', async () => {
    const count = (await records()).length;
    await saveForm(portal, admin, instancePage, { greeting: 'Fine', seconds: '61' });
    await saveForm(portal, admin, instancePage, {});
    const handle = portal.service(Settings).byId('sample')?.handle;
    const person = { id: 'system', kind: 'system', email: '', name: 'Test' } as const;
    const conflict = handle?.save({ kind: 'instance' }, { greeting: { set: 'Late' } }, person, 0);
    expect(await conflict?.catch((error: { code: string }) => error.code)).to.equal('settings-conflict');
    expect(await records()).to.have.length(count);
  });
});
