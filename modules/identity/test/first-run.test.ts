import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHouse, type TestHouse, type TestHouseOptions } from '@portico/core/testing';
import { expect } from 'chai';
import { type Account, People } from '../api/index.js';
import { password, trySignIn } from './support.js';

/** Starts a house and answers what it wrote to the console meanwhile. */
async function watchedStart(options: TestHouseOptions): Promise<{ house: TestHouse; written: string }> {
  const write = process.stdout.write;
  let written = '';
  process.stdout.write = ((text: string) => {
    written += text;
    return true;
  }) as typeof process.stdout.write;
  try {
    return { house: await startHouse(options), written };
  } finally {
    process.stdout.write = write;
  }
}

describe('The first run', () => {
  let home: string;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'portico-first-run-'));
  });

  afterEach(() => rm(home, { recursive: true, force: true }));

  it('makes the administrator that the environment names, and prints nothing', async () => {
    const { house, written } = await watchedStart({ home });
    try {
      const account = house.service(People).byEmail(house.administrator.email) as Account;
      expect({ roles: account.roles, mustChange: account.mustChangePassword }).to.deep.equal({
        roles: ['Administrator'],
        mustChange: false,
      });
      expect(written).to.equal('');
    } finally {
      await house.stop();
    }
  });

  it('prints a password for one sign-in, once, when the environment has none', async () => {
    const environment = { PORTICO_ADMIN_EMAIL: 'ada@example.org', PORTICO_ADMIN_PASSWORD: '' };
    const first = await watchedStart({ home, environment });
    const [, email = '', oneTime = ''] = /^First administrator: (\S+), one-time password: (\S+)\n$/.exec(first.written) ?? [];
    expect(email).to.equal('ada@example.org');
    try {
      const { house } = first;
      expect(house.log()).not.to.include(oneTime);
      const visitor = house.agent();
      const asked = await trySignIn(house, visitor, { email, password: oneTime });
      expect(asked.text).to.include('Choose a password');
      const ticket = /name="ticket" value="([^"]+)"/.exec(asked.text)?.[1] ?? '';
      const chosen = await visitor
        .post('/sign-in/new-password')
        .set('Origin', house.url)
        .type('form')
        .send({ ticket, password, repeated: password });
      expect(chosen.status).to.equal(303);
      expect((await visitor.get('/identity/users')).status).to.equal(200);
    } finally {
      await first.house.stop();
    }
    const second = await watchedStart({ home, environment });
    try {
      expect(second.written).to.equal('');
      expect(second.house.service(People).byEmail('ada@example.org')?.mustChangePassword).to.equal(false);
    } finally {
      await second.house.stop();
    }
  });

  it('does not open the house with a weak password or a wrong address, and names the variable', async () => {
    for (const [variable, value, sentence] of [
      ['PORTICO_ADMIN_PASSWORD', 'admin', 'PORTICO_ADMIN_PASSWORD: Use at least 12 characters.'],
      ['PORTICO_ADMIN_EMAIL', 'admin', 'PORTICO_ADMIN_EMAIL: Enter an email address'],
    ] as const) {
      const message = await startHouse({ home, environment: { [variable]: value } }).then(
        async (house) => {
          await house.stop();
          return 'It opened.';
        },
        (error: Error) => error.message,
      );
      expect(message).to.include(sentence);
    }
  });
});
