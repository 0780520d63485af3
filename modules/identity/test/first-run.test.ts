import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestPortal, type TestPortal, type TestPortalOptions } from '@portico/core/testing';
import { expect } from 'chai';
import { type Account, People } from '../api/index.js';
import { password, trySignIn } from './support.js';

/** Starts a portal and answers what it wrote to the console meanwhile. */
async function watchedStart(options: TestPortalOptions): Promise<{ portal: TestPortal; written: string }> {
  const write = process.stdout.write;
  let written = '';
  process.stdout.write = ((text: string) => {
    written += text;
    return true;
  }) as typeof process.stdout.write;
  try {
    return { portal: await startTestPortal(options), written };
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
    const { portal, written } = await watchedStart({ home });
    try {
      const account = portal.service(People).byEmail(portal.administrator.email) as Account;
      expect({ roles: account.roles, mustChange: account.mustChangePassword }).to.deep.equal({
        roles: ['Administrator'],
        mustChange: false,
      });
      expect(written).to.equal('');
    } finally {
      await portal.stop();
    }
  });

  it('prints a password for one sign-in, once, when the environment has none', async () => {
    const environment = { PORTICO_ADMIN_EMAIL: 'ada@example.org', PORTICO_ADMIN_PASSWORD: '' };
    const first = await watchedStart({ home, environment });
    const [, email = '', oneTime = ''] = /^First administrator: (\S+), one-time password: (\S+)\n$/.exec(first.written) ?? [];
    expect(email).to.equal('ada@example.org');
    try {
      const { portal } = first;
      expect(portal.log()).not.to.include(oneTime);
      const visitor = portal.agent();
      const asked = await trySignIn(portal, visitor, { email, password: oneTime });
      expect(asked.text).to.include('Choose a password');
      const ticket = /name="ticket" value="([^"]+)"/.exec(asked.text)?.[1] ?? '';
      const chosen = await visitor
        .post('/sign-in/new-password')
        .set('Origin', portal.url)
        .type('form')
        .send({ ticket, password, repeated: password });
      expect(chosen.status).to.equal(303);
      expect((await visitor.get('/identity/users')).status).to.equal(200);
    } finally {
      await first.portal.stop();
    }
    const second = await watchedStart({ home, environment });
    try {
      expect(second.written).to.equal('');
      expect(second.portal.service(People).byEmail('ada@example.org')?.mustChangePassword).to.equal(false);
    } finally {
      await second.portal.stop();
    }
  });

  it('does not open the portal with a weak password or a wrong address, and names the variable', async () => {
    for (const [variable, value, sentence] of [
      ['PORTICO_ADMIN_PASSWORD', 'admin', 'PORTICO_ADMIN_PASSWORD: Use at least 12 characters.'],
      ['PORTICO_ADMIN_EMAIL', 'admin', 'PORTICO_ADMIN_EMAIL: Enter an email address'],
    ] as const) {
      const message = await startTestPortal({ home, environment: { [variable]: value } }).then(
        async (portal) => {
          await portal.stop();
          return 'It opened.';
        },
        (error: Error) => error.message,
      );
      expect(message).to.include(sentence);
    }
  });
});
