import { ErrorCode, type EventDetails, OpenFeature, ProviderEvents } from '@openfeature/server-sdk';
import { Flags } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { FlagProvider } from '../api/index.js';

describe('OpenFeature', () => {
  let portal: TestPortal;
  const client = OpenFeature.getClient();
  before(async () => {
    portal = await startTestPortal({
      flags: { sun: true, rain: false },
      environment: { PORTICO_FLAG_LOCKED: 'true' },
      config: { flagDefaults: { moon: true } },
    });
    await portal.modules.enable('openfeature');
  });
  after(() => portal.stop());
  afterEach(() => OpenFeature.clearHandlers());

  it('is off until an operator enables it', async () => {
    const other = await startTestPortal();
    try {
      expect(other.modules.status('openfeature')?.state).to.equal('disabled');
    } finally {
      await other.stop();
    }
  });

  it('gets the values of our flags', async () => {
    expect([await client.getBooleanValue('sun', false), await client.getBooleanValue('rain', true)]).to.deep.equal([true, false]);
    expect(OpenFeature.getProviderMetadata()).to.deep.equal({ name: 'portico' });
  });

  it('gets the reason, the variant, and where the value comes from', async () => {
    const { value, variant, reason, flagMetadata } = await client.getBooleanDetails('sun', false);
    expect({ value, variant, reason, flagMetadata }).to.deep.equal({
      value: true,
      variant: 'on',
      reason: 'STATIC',
      flagMetadata: { origin: 'file', type: 'release', explanation: 'Switched on by feature-flags.json.' },
    });
  });

  it('gets the default and an error code for a flag that nobody declares', async () => {
    const { value, reason, errorCode } = await client.getBooleanDetails('ghost', true);
    expect([value, reason, errorCode]).to.deep.equal([true, 'ERROR', ErrorCode.FLAG_NOT_FOUND]);
    expect((await client.getStringDetails('ghost', 'x')).errorCode).to.equal(ErrorCode.FLAG_NOT_FOUND);
  });

  it('gets the default and an error code when it asks for anything but a boolean', async () => {
    const details = [
      await client.getStringDetails('sun', 'x'),
      await client.getNumberDetails('sun', 7),
      await client.getObjectDetails('sun', { a: 1 }),
    ];
    expect(details.map(({ value }) => value)).to.deep.equal(['x', 7, { a: 1 }]);
    expect(details.every(({ errorCode }) => errorCode === ErrorCode.TYPE_MISMATCH)).to.equal(true);
  });

  it('is told of effective changes only', async () => {
    const heard: (readonly string[] | undefined)[] = [];
    client.addHandler(
      ProviderEvents.ConfigurationChanged,
      (details?: EventDetails<typeof ProviderEvents.ConfigurationChanged>) => void heard.push(details?.flagsChanged),
    );
    const flags = portal.service(Flags);
    await flags.override('rain', true, 'Ada');
    await flags.override('rain', true, 'Ada');
    expect(await client.getBooleanValue('rain', false)).to.equal(true);
    await flags.override('rain', undefined, 'Ada');
    expect(heard).to.deep.equal([['rain'], ['rain']]);
  });

  it('gets nothing from us while the module is stopped, and our flags again afterwards', async () => {
    await portal.modules.stop('openfeature');
    expect([await client.getBooleanValue('sun', false), OpenFeature.getProviderMetadata().name]).to.deep.equal([
      false,
      'No-op Provider',
    ]);
    await portal.modules.start('openfeature');
    expect(await client.getBooleanValue('sun', false)).to.equal(true);
  });

  it('can be given a domain of its own', async () => {
    await OpenFeature.setProviderAndWait('acme', portal.service(FlagProvider));
    expect(await OpenFeature.getClient('acme').getBooleanValue('sun', false)).to.equal(true);
  });
});
