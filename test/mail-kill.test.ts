import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@portico/core';
import { startTestPortal } from '@portico/core/testing';
import { TestMailServer } from '@portico/mail/testing';
import { expect } from 'chai';
import { PortalProcess } from './support/portal-process.js';

const count = 8;
/** Whoever took a mail may keep it for ten minutes. */
const later: Clock = {
  now: () => new Date(Date.now() + 11 * 60_000),
  monotonic: () => performance.now(),
};

describe('A portal that is killed while it sends mails', () => {
  it('loses none that it accepted, and those that come again have the same id', async () => {
    const home = mkdtempSync(join(tmpdir(), 'portico-kill-'));
    let portal: PortalProcess | undefined;
    let begin: () => void = () => undefined;
    const accepted = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const arrived = new Map<string, string[]>();
    let texts = 0;
    /** Half of them the server takes. The portal is killed when it waits for two more: the server has kept one of these, and lost the other. */
    const take = async (address: string, id: string): Promise<void> => {
      await accepted;
      texts += 1;
      const nth = texts - count / 2;
      if (nth === 2) portal?.kill('SIGKILL');
      if (nth === 1 || nth === 2) await portal?.ended;
      if (nth !== 2) arrived.set(address, [...(arrived.get(address) ?? []), id]);
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
      const people = Array.from({ length: count }, (_, index) => `person-${index}@example.org`);
      for (const email of people) {
        const body = new URLSearchParams({ email, name: 'Ada' });
        const { status } = await fetch(`${portal.url}/identity/users/new`, { method: 'POST', headers, body, redirect: 'manual' });
        expect(status).to.equal(303);
      }
      begin();
      expect(await portal.ended).to.equal('SIGKILL');
      expect(arrived.size).to.be.lessThan(count);
      const next = await startTestPortal({ home, clock: later, environment: server.environment });
      while ((await next.command(['mail', 'list', '--json'])).out !== '') await new Promise((resolve) => setTimeout(resolve, 20));
      await next.stop({ keep: true });
      expect([...arrived.keys()].sort()).to.deep.equal(people);
    } finally {
      portal?.kill('SIGKILL');
      await server.stop();
      rmSync(home, { recursive: true, force: true });
    }
    const several = [...arrived.values()].filter((ids) => ids.length > 1);
    expect(several, 'the one that the server kept and the portal never heard of').to.have.length(1);
    expect(several[0]?.[0])
      .to.match(/^<[\da-f-]{36}@example\.org>$/)
      .and.to.equal(several[0]?.[1]);
  }).timeout(120_000);
});
