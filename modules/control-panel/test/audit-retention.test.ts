import { Settings } from '@portico/configuration/api';
import { type AuditChain, type Clock, instanceScope, type Log } from '@portico/core';
import { startTestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import { AuditRetention, auditSettings } from '../services/audit-retention.js';

describe('Old entries of the audit log', () => {
  const now = new Date('2026-06-30T12:00:00Z');
  const clock = { now: () => now } as Clock;
  const told: string[] = [];
  const log = { info: (text: string) => told.push(text), warn: (text: string) => told.push(text) } as unknown as Log;

  /** Runs once with what was decided; answers the time before which entries were removed. */
  async function removedBefore(days: number | undefined, removeBefore?: () => Promise<number>): Promise<string | undefined> {
    let asked: Date | undefined;
    const chain = {
      removeBefore: async (time: Date) => {
        asked = time;
        return removeBefore?.() ?? 3;
      },
    } as unknown as AuditChain;
    const settings = { of: () => ({ get: () => ({ retentionDays: days }) }) } as unknown as Settings;
    await new AuditRetention(chain, clock, log, { get: () => (days === undefined ? undefined : settings) }).run();
    return asked?.toISOString();
  }

  it('go after the days that a setting says', async () => {
    expect(await removedBefore(30)).to.equal('2026-05-31T12:00:00.000Z');
    expect(told.at(-1)).to.equal('Old entries of the audit log were removed.');
  });

  it('all stay with 0, and where nobody knows what was decided', async () => {
    expect(await removedBefore(0)).to.equal(undefined);
    expect(await removedBefore(undefined)).to.equal(undefined);
  });

  it('are tried again next time when they cannot be removed', async () => {
    await removedBefore(30, () => Promise.reject(new Error('The disk is full.')));
    expect(told.at(-1)).to.match(/could not be removed; they will be, next time/);
  });

  it('all stay while nobody can read what the environment says', async () => {
    const portal = await startTestPortal({ environment: { PORTICO_SETTING_AUDIT_RETENTION_DAYS: '10y' } });
    try {
      expect(portal.service(Settings).of(auditSettings).get(instanceScope).retentionDays).to.equal(0);
      expect((await portal.command(['doctor'])).out).to.match(
        /RETENTION.* does not fit its setting; 0 is in force until it does\./,
      );
    } finally {
      await portal.stop();
    }
  });
});
