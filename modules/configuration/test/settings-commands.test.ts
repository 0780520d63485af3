import { Settings } from '@portico/configuration/api';
import { instanceScope } from '@portico/core';
import type { TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { startSampleSettings } from '../testing/index.js';

const key = 'sk-command-0123456789-wxyz';

describe('portico settings', () => {
  let portal: TestPortal;
  before(async () => {
    portal = await startSampleSettings();
  });
  after(() => portal.stop());

  const secret = (): string | undefined => portal.service(Settings).byId('sample')?.handle.secret(instanceScope, 'apiKey');

  it('set and get say the value and where it comes from', async () => {
    expect(await portal.command(['settings', 'get', 'sample.greeting'])).to.deep.equal({
      exitCode: 0,
      out: 'Ahoy, by default\n',
      err: '',
    });
    const set = await portal.command(['settings', 'set', 'sample.greeting', 'Hello']);
    expect(set).to.deep.equal({ exitCode: 0, out: 'Hello, from Instance Settings\n', err: '' });
    const atSite = await portal.command(['settings', 'get', 'sample.greeting', '--site', 'home']);
    expect(atSite.out).to.equal('Hello, from Instance Settings\n');
  });

  it('set takes a secret from standard input only, and get never prints it', async () => {
    const refused = await portal.command(['settings', 'set', 'sample.apiKey', key]);
    expect([refused.exitCode, refused.out, refused.err.includes(key), secret()]).to.deep.equal([1, '', false, undefined]);
    const set = await portal.command(['settings', 'set', 'sample.apiKey', '-'], `${key}\n`);
    expect([set.exitCode, set.out, secret()]).to.deep.equal([0, 'Ends in wxyz, from Instance Settings\n', key]);
    expect((await portal.command(['settings', 'get', 'sample.apiKey'])).out).to.equal('Ends in wxyz, from Instance Settings\n');
  });

  it('set says what is wrong with a value', async () => {
    const tooMany = await portal.command(['settings', 'set', 'sample.seconds', '61']);
    expect([tooMany.exitCode, tooMany.err.trim()]).to.deep.equal([1, 'Enter 60 or less.']);
    const unknown = await portal.command(['settings', 'set', 'sample.ghost', '1']);
    expect([unknown.exitCode, unknown.err.trim()]).to.deep.equal([1, 'There is no setting "sample.ghost".']);
    for (const [written, meant] of [
      ['sample.lmap', 'sample.lamp'],
      ['smaple.lamp', 'sample.lamp'],
    ] as const)
      expect((await portal.command(['settings', 'get', written])).err).to.equal(
        `There is no setting "${written}". Did you mean ${meant}?\n`,
      );
    const nowhere = await portal.command(['settings', 'get', 'sample.lamp', '--site', 'ghost']);
    expect([nowhere.exitCode, nowhere.err.trim()]).to.deep.equal([1, 'There is no site "ghost".']);
  });

  it('set and unset work for a site', async () => {
    await portal.command(['settings', 'set', 'sample.horn', 'off', '--site', 'home']);
    expect((await portal.command(['settings', 'get', 'sample.horn', '--site', 'home'])).out).to.equal(
      'Off, from Site Settings\n',
    );
    expect((await portal.command(['settings', 'unset', 'sample.horn', '--site', 'home'])).out).to.equal('On, by default\n');
    await portal.command(['settings', 'set', 'sample.apiKey', 'none', '--site', 'home']);
    expect((await portal.command(['settings', 'get', 'sample.apiKey', '--site', 'home'])).out).to.equal(
      'Not set, from Site Settings\n',
    );
  });
});
