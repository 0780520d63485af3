import { startSampleSettings, type TestClient } from '@portico/configuration/testing';
import type { TestPortal } from '@portico/core/testing';
import { expect } from 'chai';

describe('The feature flags over HTTP', () => {
  let portal: TestPortal;
  let admin: TestClient;
  let csrf: string;
  before(async () => {
    portal = await startSampleSettings({ flags: { sun: false }, environment: { PORTICO_FLAG_LOCKED_1: 'true' } });
    admin = await portal.signIn();
    csrf = await portal.csrf(admin);
  });
  after(() => portal.stop());

  const send = (method: 'put' | 'post', path: string, body: object) =>
    admin[method](`/api/flags${path}`).set('Origin', portal.url).set('X-Portico-Csrf', csrf).send(body);

  it('are listed with value, reason and sources', async () => {
    const { body } = await admin.get('/api/flags');
    const sun = (body.flags as { key: string }[]).find(({ key }) => key === 'sun');
    expect(sun).to.deep.include({
      enabled: false,
      origin: 'file',
      reason: 'Switched off by feature-flags.json.',
      type: 'release',
    });
    expect(body.problems).to.deep.equal(['The environment variable PORTICO_FLAG_LOCKED_1 names no known feature flag.']);
  });

  it('are told one by one, with the chain and what they affect', async () => {
    const { body } = await admin.get('/api/flags/sample');
    expect([body.chain, body.affects]).to.deep.equal([[], [{ name: 'Sample', kind: 'settings page', module: 'sample' }]]);
  });

  it('are switched, followed and taken back', async () => {
    expect((await send('put', '/sun', { enabled: true, reason: 'Summer.' })).body).to.include({
      enabled: true,
      origin: 'instance',
    });
    const { records } = (await admin.get('/api/flags/sun/history')).body as { records: { id: string }[] };
    expect(records[0]).to.deep.include({ action: 'set', after: true, via: 'api', reason: 'Summer.' });
    expect((await send('post', '/sun/undo', { change: records[0]?.id })).body).to.include({ enabled: false, origin: 'file' });
    const again = await send('post', '/sun/undo', { change: records[0]?.id });
    expect([again.status, again.body.error.code]).to.deep.equal([409, 'flag-changed']);
    await send('put', '/sun', { enabled: true });
    expect((await send('put', '/sun', { enabled: null })).body.origin).to.equal('file');
  });

  it('are exported and imported, all of it or nothing', async () => {
    await send('put', '/sun', { enabled: true });
    const document = (await admin.get('/api/flags/export')).body as { flags: object };
    expect(document.flags).to.deep.equal({ sun: true });
    await send('put', '/sun', { enabled: null });
    const dry = await send('post', '/import', { document, dryRun: true });
    expect(dry.body).to.deep.equal({ changes: [{ key: 'sun', from: null, to: true }], faults: [], applied: false });
    expect((await send('post', '/import', { document })).body.applied).to.equal(true);
    const faulty = await send('post', '/import', { document: { ...document, flags: { sun: false, ghost: true } } });
    expect([faulty.status, faulty.body.error.code, faulty.body.error.faults]).to.deep.equal([
      400,
      'flag-import-refused',
      ['Line 7, column 5: flags.ghost is a feature flag that nobody declares.'],
    ]);
    expect((await admin.get('/api/flags/sun')).body.enabled).to.equal(true);
    await send('put', '/sun', { enabled: null });
  });

  it('are the same for the command line, which pipes files in and out', async () => {
    await portal.command(['flags', 'set', 'sun', 'on', '--reason', 'The fair.']);
    const { out: file } = await portal.command(['flags', 'export']);
    expect(JSON.parse(file)).to.deep.include({ format: 'portico-flags', version: 1, flags: { sun: true } });
    expect((await portal.command(['flags', 'undo', 'sun'])).out).to.equal(
      'sun (sun) is off. Switched off by feature-flags.json.\n',
    );
    expect((await portal.command(['flags', 'import', '--dry-run'], file)).out).to.equal(
      'sun: unset -> on\nNothing was changed: this was a dry run.\n',
    );
    expect(await portal.command(['flags', 'import'], '{"flags": }')).to.deep.include({ exitCode: 1, out: '' });
    expect((await portal.command(['flags', 'why', 'sun'])).out).to.match(
      /set unset -> on by the command line \(command\): The fair\./,
    );
  });

  it('refuse unknown keys, other shapes, guests, and people who may not', async () => {
    expect((await admin.get('/api/flags/ghost')).body.error.code).to.equal('flag-unknown');
    expect((await send('put', '/ghost', { enabled: true })).status).to.equal(404);
    for (const body of [{}, { enabled: 'true' }, { enabled: true, more: 1 }, { enabled: true, reason: 'x'.repeat(501) }])
      expect((await send('put', '/sun', body)).body.error.code).to.equal('invalid-input');
    expect((await portal.agent().get('/api/flags')).body.error.code).to.equal('sign-in-required');
    expect((await admin.put('/api/flags/sun').set('Origin', portal.url).send({ enabled: true })).body.error.code).to.equal(
      'csrf-invalid',
    );
  });
});
