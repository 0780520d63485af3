import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Log } from '../../api/index.js';
import type { InstalledModule } from '../../kernel/index.js';
import { ModuleFaults } from '../../watchdog/index.js';

const silent = { warn: () => {}, info: () => {}, error: () => {} } as unknown as Log;

describe('what modules did to the runs before', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'portico-module-faults-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const version = (id: string, which: string): InstalledModule =>
    ({ id, version: which, folder: `/modules/${id}/${which}`, manifest: { id } }) as unknown as InstalledModule;
  const [sound, other] = [version('bad', '1.0.0'), version('bad', '1.1.0')];

  /** Each of these versions ended one run, a moment after its start. */
  const ended = (...versions: readonly InstalledModule[]): void => {
    const runs = versions.map((module, index) => ({
      startedAt: new Date(index * 1000).toISOString(),
      crash: {
        kind: 'blocked',
        modules: [{ id: module.id, version: module.version }],
        at: new Date(index * 1000 + 500).toISOString(),
        afterMillis: 500,
        what: 'held up the event loop for 3 s',
        ended: true,
      },
    }));
    writeFileSync(join(home, 'runs.json'), JSON.stringify({ runs, banned: {} }));
  };
  const next = (modules: readonly InstalledModule[] = []): ModuleFaults =>
    new ModuleFaults({
      home,
      modules,
      limits: { longTurnMillis: 400, endBlockedMillis: 3000, crashWindowMillis: 600_000, heapPercent: 85 },
      safeMode: false,
      without: [],
      process: undefined,
      startedAt: new Date().toISOString(),
      log: silent,
      logs: false,
    });
  const whyOut = (faults: ModuleFaults, module: InstalledModule): string | undefined => faults.reasonFor(module)?.why;

  it('leave out the version that did it twice in a row, and no other one', () => {
    ended(other, other);
    const faults = next();
    expect([whyOut(faults, other), whyOut(faults, sound)]).to.deep.equal(['crashes', undefined]);
    expect(whyOut(next(), other), 'at every start that follows').to.equal('crashes');
  });

  it('leave out none of two versions that did it once each', () => {
    ended(sound, other);
    const faults = next();
    expect([whyOut(faults, other), whyOut(faults, sound)]).to.deep.equal([undefined, undefined]);
    expect(faults.lastCrashOf('bad')?.message).to.match(/^bad held up the event loop/);
  });

  it('count once: whoever starts it by hand is not overruled by the next start for the same runs', () => {
    ended(other, other);
    next().lift('bad');
    expect(whyOut(next(), other)).to.equal(undefined);
  });

  it('say nothing where they were written down without versions', () => {
    ended(other, other);
    const file = join(home, 'runs.json');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(JSON.stringify({ id: 'bad', version: '1.1.0' }), '"bad"'));
    const faults = next();
    expect([whyOut(faults, other), faults.lastCrashOf('bad')]).to.deep.equal([undefined, undefined]);
  });
});
