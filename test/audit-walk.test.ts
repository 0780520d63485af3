import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AuditLog, AuditPresenter } from '@portico/core';
import { expect } from 'chai';
import { AuditWalk } from './support/audit-walk.js';
import { auditedCommands, composedCommands, readingCommands } from './support/audited-commands.js';
import { auditedElsewhere, auditedRoutes, notRefused, unauditedRoutes } from './support/audited-routes.js';

/**
 * What changes something leaves an entry. Every route with another method than GET and every command of a portal that runs has its case in
 * support/audited-routes.ts or support/audited-commands.ts, or stands there among the few that change nothing. Each runs twice: first while no entry can be
 * written, which must leave every table as it was, because change and entry are one transaction.
 */
describe('The audit log has an entry', function () {
  // Bringing a package takes its time on a machine that does other things.
  this.timeout(180_000);
  let walk: AuditWalk;
  before(async () => {
    walk = await AuditWalk.open();
  });
  after(() => walk?.close());

  it('of all routes that change something: each has a case here', () => {
    const routes = walk.portal
      .routes()
      .filter(({ method }) => method !== 'get')
      .map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    const known = [auditedRoutes, auditedElsewhere, unauditedRoutes].flatMap((each) => Object.keys(each));
    expect([...new Set(routes)].sort()).to.deep.equal(known.sort());
    for (const file of Object.values(auditedElsewhere))
      expect(readFileSync(join(import.meta.dirname, '../..', file), 'utf8'), file).to.match(/AuditLog|audit-log/);
  });

  it('of all commands that change something: each has a case here', () => {
    const known = [...Object.keys(auditedCommands), ...Object.keys(composedCommands), ...readingCommands];
    expect([...walk.commands()].sort()).to.deep.equal(known.sort());
  });

  for (const [name, prepare] of [...Object.entries(auditedRoutes), ...Object.entries(auditedCommands)])
    it(`after ${name}`, async () => {
      const act = await prepare(walk);
      if (!(name in notRefused)) expect(await walk.changedWithoutEntry(act), 'changed without an entry').to.deep.equal([]);
      const entries = await walk.entriesOf(act);
      expect(entries.length).to.be.greaterThan(0);
      for (const { by, via } of entries) expect([by.id, via]).to.not.include('');
    });

  it('and each is told in words, in every language: no ids, no names that programs use', async () => {
    const [log, presenter] = [walk.portal.service(AuditLog), walk.portal.service(AuditPresenter)];
    const faults = new Set<string>();
    for (let cursor: string | undefined, isMore = true; isMore; ) {
      const { records, next } = await log.list({}, cursor, 500);
      for (const record of records)
        for (const locale of ['en', 'de']) {
          const { area, what, action, before, after, scope } = presenter.row(record, locale);
          const said = [area, action, before, after, scope, ...(record.action === 'denied' ? [] : [what])].join(' | ');
          const isRaw =
            /[\da-f]{8}-[\da-f]{4}-|\b[a-z]+[A-Z]\w*:|\baudit\.\w/.test(said) || area === record.area || action === record.action;
          if (isRaw) faults.add(`${record.area} ${record.subject} ${record.attribute} ${record.action}: ${said}`);
        }
      cursor = next;
      isMore = next !== undefined;
    }
    expect([...faults]).to.deep.equal([]);
  });
});
