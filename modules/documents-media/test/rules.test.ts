import type { Announcements, Lifetime, Log, UnitOfWork } from '@portico/core';
import { expect } from 'chai';
import { Rules } from '../services/rules.js';

const rowOf = (id: string): object => ({ id, siteId: 'home', visibleTo: 'members', visibleRoles: '[]', permissions: '{}' });

describe('the rules that memory holds', () => {
  it('are those of the newest change, also when an earlier look at the database ends after a later one', async () => {
    const reads: ((rows: readonly object[]) => void)[] = [];
    const read = () =>
      new Promise<readonly object[]>((resolve) => {
        reads.push(resolve);
      });
    let tell: (siteId: string) => void = () => undefined;
    const on = (_: string, listener: typeof tell): { dispose(): void } => {
      tell = listener;
      return { dispose: () => undefined };
    };
    const rules = new Rules(
      { read } as unknown as UnitOfWork,
      { on } as unknown as Announcements,
      { error: (message: string) => expect.fail(message) } as unknown as Log,
    );
    const started = rules.onStart({ add: () => undefined } as unknown as Lifetime);
    for (const site of ['home', 'home', 'other']) tell(site);
    reads[2]?.([rowOf('earlier'), rowOf('later')]);
    reads[3]?.([]);
    reads[1]?.([rowOf('earlier')]);
    reads[0]?.([rowOf('earliest')]);
    await started;
    expect([...rules.of('home').rules.keys()]).to.deep.equal(['earlier', 'later']);
  });
});
