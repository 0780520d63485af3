import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@portico/core';
import { startTestPortal } from '@portico/core/testing';
import { TestMailServer } from '@portico/mail/testing';
import { expect } from 'chai';
import { PortalProcess } from './support/portal-process.js';

/** Whoever took a mail may keep it for ten minutes. */
const later: Clock = {
  now: () => new Date(Date.now() + 11 * 60_000),
  monotonic: () => performance.now(),
};

describe('A portal that is killed while it sends mails', () => {
  it('loses none that it accepted, and those that come again have the same id', async () => {
    const home = mkdtempSync(join(tmpdir(), 'portico-kill-'));
    let portal: PortalProcess | undefined;
    const arrived = new Map<string, string[]>();
    let texts = 0;
    let isBack = false;
    let unheard = '';
    /** The portal is killed while it waits for what becomes of the fourth mail: the server keeps that one, and loses what comes beside it. */
    const take = async (address: string, id: string): Promise<void> => {
      texts += 1;
      if (texts > 4 && !isBack) return;
      if (texts === 4) {
        unheard = address;
        portal?.kill('SIGKILL');
        await portal?.ended;
      }
      arrived.set(address, [...(arrived.get(address) ?? []), id]);
    };
    const server = await TestMailServer.start({
      encryption: 'none',
      more: {
        onData(stream, session, done) {
          const chunks: Buffer[] = [];
          stream.on('data', (chunk: Buffer) => chunks.push(chunk));
          stream.on('end', () => {
            const id = /^message-id: (.*)$/im.exec(Buffer.concat(chunks).toString())?.[1] ?? '';
            void take(session.envelope.rcptTo[0]?.address ?? '', id).then(() => done(null));
          });
        },
      },
    });
    try {
      portal = await PortalProcess.start(home, 'start', server.environment as Record<string, string>);
      const headers = await portal.signIn();
      const accepted: string[] = [];
      const add = async (email: string): Promise<void> => {
        const body = new URLSearchParams({ email, name: 'Ada' });
        const request = { method: 'POST', headers, body, redirect: 'manual' } as const;
        const status = await fetch(`${portal?.url}/identity/users/new`, request).then(
          (answer) => answer.status,
          () => undefined,
        );
        expect(status).to.be.oneOf([303, undefined]);
        if (status !== undefined) accepted.push(email);
      };
      await Promise.all(Array.from({ length: 8 }, (_, index) => add(`person-${index}@example.org`)));
      expect(await portal.ended).to.equal('SIGKILL');
      expect(accepted).to.have.length.greaterThan(2);
      isBack = true;
      const next = await startTestPortal({ home, clock: later, environment: server.environment });
      while ((await next.command(['mail', 'list', '--json'])).out !== '') await new Promise((resolve) => setTimeout(resolve, 20));
      await next.stop({ keep: true });
      expect(accepted.filter((email) => !arrived.has(email))).to.deep.equal([]);
    } finally {
      portal?.kill('SIGKILL');
      await server.stop();
      rmSync(home, { recursive: true, force: true });
    }
    expect(arrived.get(unheard), 'the one that the server kept and the portal never heard of').to.have.length(2);
    for (const [email, ids] of arrived) {
      expect(ids[0], email).to.match(/^<[\da-f-]{36}@example\.org>$/);
      expect(new Set(ids).size, email).to.equal(1);
    }
  }).timeout(240_000);
});
