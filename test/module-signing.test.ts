import { generateKeyPairSync } from 'node:crypto';
import { appendFile, copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { ModulePackages } from './support/module-packages.js';
import { portico } from './support/portal-process.js';

describe('a module that is signed', function () {
  this.timeout(60_000);
  let packages: ModulePackages;
  let portal: TestPortal;
  let file: string;
  const pair = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const other = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  before(async () => {
    packages = await ModulePackages.create();
    await writeFile(join(packages.folder, 'key.pem'), pair.privateKey);
    await writeFile(join(packages.folder, 'other.pem'), other.privateKey);
    file = await packages.pack({ id: 'signed' });
    portal = await startTestPortal({ config: { moduleSigning: { required: true, trustedKeys: [pair.publicKey] } } });
  });
  after(async () => {
    await portal?.stop();
    await packages?.remove();
  });

  const sign = (key: string): ReturnType<typeof portico> =>
    portico('/nowhere', 'module', 'sign', file, '--key', join(packages.folder, key));

  it('is installed when the key is one that the portal trusts, and refused without a signature, with another key, or changed', async () => {
    const install = async (path = file): Promise<string> => {
      const { out, err } = await portal.command(['modules', 'install', path]);
      return out + err;
    };
    expect(await install()).to.include('it is not signed');
    expect(await sign('other.pem')).to.deep.equal({ code: 0, out: `${file}.sig\n` });
    expect(await install()).to.include('its signature is not one of a key that this portal trusts');
    expect((await sign('key.pem')).code).to.equal(0);
    const changed = join(packages.folder, 'changed.tgz');
    await copyFile(file, changed);
    await copyFile(`${file}.sig`, `${changed}.sig`);
    await appendFile(changed, Buffer.alloc(1));
    expect(await install(changed)).to.include('the file was changed after it was signed');
    await writeFile(`${changed}.sig`, 'nonsense');
    expect(await install(changed)).to.include('its signature is none');
    expect(await install()).to.equal('signed 1.0.0 is installed, and is active.\n');
    const { out } = await portal.command(['modules', 'plan', file]);
    expect(out).to.match(/signed by [0-9a-f]{16}/);
  });

  it('is refused when its bytes are not those of the integrity that was named', async () => {
    const { createHash } = await import('node:crypto');
    const right = `sha512-${createHash('sha512')
      .update(await readFile(file))
      .digest('base64')}`;
    const wrong = `sha512-${createHash('sha512').update('something else').digest('base64')}`;
    const plan = (integrity: string): ReturnType<TestPortal['command']> =>
      portal.command(['modules', 'plan', file, '--integrity', integrity]);
    expect((await plan(wrong)).err).to.include('its bytes are not those of the integrity that was named');
    expect((await plan(right)).exitCode).to.equal(0);
  });

  it('says how to sign when it is called wrongly, and what is wrong with a key', async () => {
    const wrong = await portico('/nowhere', 'module', 'sign', file);
    expect(wrong.code).to.equal(2);
    expect(wrong.out).to.include('portico module sign FILE --key PEM');
    await writeFile(
      join(packages.folder, 'rsa.pem'),
      generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
    );
    expect(await sign('rsa.pem')).to.deep.equal({ code: 1, out: 'The key is not of the kind Ed25519.\n' });
    const started = await startTestPortal({ config: { moduleSigning: { trustedKeys: ['no key'] } } }).catch(
      (error: Error) => error.message,
    );
    expect(started).to.equal('moduleSigning.trustedKeys has a text that is no public key (PEM).');
  });
});
