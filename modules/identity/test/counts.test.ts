import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnitOfWork } from '@portico/core';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { addPerson, password, type TestClient, trySignIn } from './support.js';

describe('Counts of failed sign-ins', () => {
  let home: string;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'portico-counts-'));
  });
  after(() => rm(home, { recursive: true, force: true }));

  const guess = async (portal: TestPortal, tried = 'wrong wrong wrong', visitor: TestClient = portal.agent()): Promise<number> =>
    (await trySignIn(portal, visitor, { email: 'ada@example.org', password: tried })).status;

  it('outlive a restart, and hold no address of anybody; the owner gets in on a device of theirs (ASVS 6.3.1)', async () => {
    const first = await startTestPortal({ home });
    await addPerson(first, 'ada@example.org');
    const owner = first.agent();
    expect(await guess(first, password, owner)).to.equal(303);
    const cookies = (await first.post(owner, '/sign-out')) && owner.jar;
    for (let failures = 0; failures < 5; failures += 1) expect(await guess(first)).to.equal(401);
    expect(await guess(first)).to.equal(429);
    await first.stop({ keep: true });
    const second = await startTestPortal({ home });
    try {
      const rows = await second
        .service(UnitOfWork)
        .read((reader) => reader.query<{ key: string }>('SELECT count_key AS "key", points FROM identity_sign_in_count'));
      expect(rows.map(({ key }) => key.split(' ')[0]).sort()).to.deep.equal(['account', 'address', 'pair']);
      expect(JSON.stringify(rows)).not.to.match(/ada|127\.0/);
      expect(await guess(second)).to.equal(429);
      expect(await guess(second, password)).to.equal(429);
      const device = cookies.getCookie('portico-device', { domain: '127.0.0.1', path: '/', secure: false, script: false });
      const known = second.agent().set('Cookie', `portico-device=${device?.value}`) as TestClient;
      expect(await guess(second, password, known)).to.equal(303);
    } finally {
      await second.stop({ keep: true });
    }
  });
});

describe('Forty people behind one trusted proxy', () => {
  let portal: TestPortal;

  before(async () => {
    portal = await startTestPortal({
      config: { server: { trustedProxies: 1 }, modules: { identity: { failuresPerAddress: 6, longestDelayMillis: 1 } } },
    });
  });
  after(() => portal.stop());

  const attempt = async (name: string, tried: string, forwarded: string): Promise<number> => {
    const visitor = portal.agent().set('X-Forwarded-For', forwarded) as TestClient;
    return (await trySignIn(portal, visitor, { email: `${name}@example.org`, password: tried })).status;
  };

  it('are not held up by one of them who guesses, whatever address that one claims to have (8.17)', async () => {
    const people = Array.from({ length: 40 }, (_, number) => `person-${number}`);
    for (const name of people) await addPerson(portal, `${name}@example.org`);
    const guesses: number[] = [];
    // What the client says stands before what the proxy saw, which is the last one.
    for (let number = 0; number < 12; number += 1)
      guesses.push(await attempt(`nobody-${number}`, 'wrong wrong wrong', `198.51.100.${number}, 203.0.113.200`));
    expect(guesses.slice(0, 6).every((status) => status === 401) && guesses.slice(6).every((status) => status === 429)).to.equal(
      true,
    );
    const statuses = await Promise.all(people.map((name, number) => attempt(name, password, `203.0.113.${number}`)));
    expect(new Set(statuses)).to.deep.equal(new Set([303]));
  });
});
