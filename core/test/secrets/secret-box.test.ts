import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { AesSecretBox, type KeyRingOptions, openKeyRing } from '../../secrets/index.js';

const newKey = (): string => randomBytes(32).toString('base64');
const code = (act: () => unknown): unknown => {
  try {
    act();
    return 'no error';
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};

/** As a start of the portal opens it. A key that cannot be used does not throw here: the box seals and opens nothing, and says why. */
const openSecretBox = (options: KeyRingOptions): AesSecretBox => new AesSecretBox(openKeyRing(options));

describe('the secret box', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'portico-secrets-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it('gives back what was sealed, over restarts', () => {
    for (const plain of ['sk-test-1234', '', 'Schlüssel ключ 鍵 🔑', 'x'.repeat(100_000)]) {
      const sealed = openSecretBox({ home }).seal(plain, 'ai-creator/instance');
      expect(openSecretBox({ home }).open(sealed, 'ai-creator/instance')).to.equal(plain);
    }
  });

  it('seals the same words differently each time and shows nothing of them', () => {
    const box = openSecretBox({ home });
    const sealed = Array.from({ length: 20 }, () => box.seal('sk-test-1234', 'a'));
    expect(new Set(sealed).size).to.equal(20);
    for (const text of sealed) {
      expect(text).to.match(/^v1\.[0-9a-f]{12}\.[\w-]+\.[\w-]+$/);
      expect(Buffer.from(text, 'latin1').includes('sk-test')).to.equal(false);
      expect(text).not.to.include(Buffer.from('sk-test-1234').toString('base64url'));
    }
  });

  it('opens nothing in another context', () => {
    const box = openSecretBox({ home });
    const sealed = box.seal('secret', 'instance');
    for (const context of ['site', '', 'instance ', 'Instance']) {
      expect(code(() => box.open(sealed, context))).to.equal('secret-unreadable');
    }
  });

  it('opens nothing that was changed, at any place', () => {
    const box = openSecretBox({ home });
    const sealed = box.seal('secret', 'a');
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
      expect(
        code(() => box.open(changed, 'a')),
        `changed at ${at}`,
      ).to.equal('secret-unreadable');
    }
    for (const broken of [
      '',
      'v1',
      sealed.slice(0, -1),
      `${sealed}A`,
      `${sealed}.x`,
      `v2${sealed.slice(2)}`,
      sealed.split('.').slice(0, 3).join('.'),
    ]) {
      expect(code(() => box.open(broken, 'a'))).to.equal('secret-unreadable');
    }
  });

  it('does not mix the parts of two secrets', () => {
    const box = openSecretBox({ home });
    const [first, second] = [box.seal('one', 'a').split('.'), box.seal('two', 'a').split('.')];
    expect(code(() => box.open([first[0], first[1], first[2], second[3]].join('.'), 'a'))).to.equal('secret-unreadable');
  });

  it('opens nothing with another master key, and still seals', () => {
    const sealed = openSecretBox({ home, masterKey: newKey() }).seal('secret', 'a');
    const box = openSecretBox({ home, masterKey: newKey() });
    expect(code(() => box.open(sealed, 'a'))).to.equal('secret-unreadable');
    expect(box.open(box.seal('new', 'a'), 'a')).to.equal('new');
  });

  it('makes its key file at first use, for its owner only, and leaves no draft', () => {
    openSecretBox({ home });
    expect(readdirSync(home)).to.deep.equal(['master.key']);
    expect(statSync(join(home, 'master.key')).mode & 0o777).to.equal(0o600);
    expect(Buffer.from(readFileSync(join(home, 'master.key'), 'utf8'), 'base64')).to.have.length(32);
  });

  it('closes a key file that others may read', () => {
    openSecretBox({ home });
    chmodSync(join(home, 'master.key'), 0o644);
    openSecretBox({ home });
    expect(statSync(join(home, 'master.key')).mode & 0o777).to.equal(0o600);
  });

  it('makes no file when the key is given', () => {
    const masterKey = newKey();
    const sealed = openSecretBox({ home, masterKey }).seal('secret', 'a');
    expect(readdirSync(home)).to.deep.equal([]);
    expect(openSecretBox({ home, masterKey: ` ${masterKey}\n` }).open(sealed, 'a')).to.equal('secret');
  });

  it('still opens what its key file sealed after a key is given', () => {
    const sealed = openSecretBox({ home }).seal('earlier', 'a');
    const box = openSecretBox({ home, masterKey: newKey() });
    expect(box.open(sealed, 'a')).to.equal('earlier');
    expect(box.seal('x', 'a').split('.')[1]).not.to.equal(sealed.split('.')[1]);
  });

  it('says clearly what is wrong with a key, without telling it', () => {
    const wrong = [
      '',
      'short',
      randomBytes(31).toString('base64'),
      randomBytes(33).toString('base64'),
      `${'!'.repeat(10)}${newKey()}`,
    ];
    for (const masterKey of wrong) {
      const box = openSecretBox({ home, masterKey });
      expect(code(() => box.seal('secret', 'a'))).to.equal('master-key-invalid');
      expect(openKeyRing({ home, masterKey }).problem).to.equal(
        'PORTICO_MASTER_KEY must be 32 bytes in base64, for example from: openssl rand -base64 32',
      );
    }
    writeFileSync(join(home, 'master.key'), 'half a k');
    expect(openKeyRing({ home }).problem).to.match(/^The key file .* must be 32 bytes/);
    expect(readFileSync(join(home, 'master.key'), 'utf8')).to.equal('half a k');
  });

  it('opens what the given previous key sealed, and seals with the new one', () => {
    const [former, masterKey] = [newKey(), newKey()];
    const sealed = openSecretBox({ home, masterKey: former }).seal('earlier', 'a');
    const box = openSecretBox({ home, masterKey, previousKey: former });
    expect([box.open(sealed, 'a'), box.isCurrent(sealed)]).to.deep.equal(['earlier', false]);
    expect(box.isCurrent(box.seal('x', 'a'))).to.equal(true);
    expect(box.keyIdOf(sealed)).to.match(/^[0-9a-f]{12}$/);
  });
});
