import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Settings } from '@portico/configuration/api';
import { AuditLog, instanceScope } from '@portico/core';
import { startTestPortal } from '@portico/core/testing';
import { expect } from 'chai';

const saver = fileURLToPath(new URL('support/settings-saver.js', import.meta.url));
const rounds = 6;

/** Saves until it is killed, some time after its first saves; answers the number of the last save that was acknowledged. */
async function saveAndKill(home: string, first: number): Promise<number> {
  const child = spawn(process.execPath, [saver, home, String(first)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const saves = randomInt(1, 60);
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    if (savesIn(out).length >= saves) child.kill('SIGKILL');
  });
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  expect(signal).to.equal('SIGKILL');
  return savesIn(out).at(-1) ?? -1;
}

const savesIn = (out: string): readonly number[] => [...out.matchAll(/^saved (\d+)\n/gm)].map(([, number]) => Number(number));

describe('A portal that is killed while it saves settings', () => {
  it('keeps every save that was acknowledged, whole, with its audit, and no half of any', async () => {
    const home = mkdtempSync(join(tmpdir(), 'portico-kill-'));
    try {
      let next = 0;
      for (let round = 0; round < rounds; round += 1) {
        const acknowledged = await saveAndKill(home, next);
        const portal = await startTestPortal({ home, flags: { 'LPD-10793': true } });
        try {
          const handle = portal.service(Settings).byId('ai-creator')?.handle;
          const { model, retention } = (handle?.get(instanceScope) ?? {}) as { model?: string; retention?: number };
          const stored = Number(model?.replace('model-', ''));
          expect(stored).to.be.within(acknowledged, acknowledged + 1);
          expect(retention).to.equal(24 + (stored % 8000));
          expect(handle?.revision(instanceScope)).to.equal(stored + 1);
          const { records } = await portal.service(AuditLog).list({ area: 'settings', subject: 'ai-creator' }, undefined, 2);
          expect(records.map(({ attribute, after }) => [attribute, after]).sort()).to.deep.equal([
            ['model', model],
            ['retention', retention],
          ]);
          next = stored + 1;
        } finally {
          await portal.stop({ keep: true });
        }
      }
      expect(next).to.be.greaterThan(rounds);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  }).timeout(120_000);
});
