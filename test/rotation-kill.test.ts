import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Settings } from '@portico/configuration/api';
import { AccessContexts, siteScope } from '@portico/core';
import { startTestPortal } from '@portico/core/testing';
import { expect } from 'chai';

const program = fileURLToPath(new URL('../../core/bin/portico.js', import.meta.url));
const count = 40;
const secretOf = (index: number): string => `sk-canary-kill-${index}-0123456789`;
const siteOf = (index: number): string => `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`;

/** Starts `portico secrets rotate` as a process of its own and ends it with kill -9 after so many records; answers how many it had done. */
async function rotateAndKill(home: string, records: number): Promise<number> {
  const child: ChildProcess = spawn(process.execPath, [program, 'secrets', 'rotate'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PORTICO_HOME: home },
  });
  let out = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    if (doneIn(out) >= records && (records > 0 || out.includes('new master key'))) child.kill('SIGKILL');
  });
  await once(child, 'close');
  return doneIn(out);
}

const doneIn = (out: string): number => out.match(/^\d+ of \d+: /gm)?.length ?? 0;

describe('A rotation that is killed', () => {
  it('leaves every secret readable, in every round, and comes to its end', async () => {
    const home = mkdtempSync(join(tmpdir(), 'portico-kill-'));
    const open = (): ReturnType<typeof startTestPortal> => startTestPortal({ home, flags: { 'LPD-10793': true } });
    try {
      let portal = await open();
      const { person } = portal.service(AccessContexts).system();
      const found = portal.service(Settings).byId('ai-creator');
      if (!person || !found) throw new Error('There are no settings to store.');
      for (let index = 0; index < count; index += 1)
        await found.handle.save(siteScope(siteOf(index)), { apiKey: { set: secretOf(index) } }, person);
      const check = (): void => {
        const handle = portal.service(Settings).byId('ai-creator')?.handle;
        for (let index = 0; index < count; index += 1)
          expect(handle?.secret(siteScope(siteOf(index)), 'apiKey')).to.equal(secretOf(index));
      };
      let interrupted = 0;
      for (const records of [0, 1, 7, 20, 33]) {
        await portal.stop({ keep: true });
        await rotateAndKill(home, records);
        if (existsSync(join(home, 'master.key.previous'))) interrupted += 1;
        portal = await open();
        check();
      }
      expect(interrupted).to.be.greaterThan(1);
      const { exitCode, out } = await portal.command(['secrets', 'rotate']);
      expect([exitCode, existsSync(join(home, 'master.key.previous'))], out).to.deep.equal([0, false]);
      check();
      expect((await portal.command(['secrets', 'list'])).out).not.to.include('not the current one');
      await portal.stop({ keep: true });
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  }).timeout(120_000);
});
