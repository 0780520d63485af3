import { join } from 'node:path';
import { expect } from 'chai';
import { lockHome } from '../../persistence/index.js';
import { run } from './fixtures/child.js';
import { codeFrom, makeHome, removeHomes } from './fixtures/portal.js';

describe('the lock on the data directory', () => {
  after(removeHomes);

  it('refuses a second portal in the same process and in another, and says who holds it', async () => {
    const home = makeHome();
    const lock = await lockHome(home);
    expect(await codeFrom(lockHome(home))).to.equal('home-in-use');
    const child = run('lock-holder', [home]);
    await child.ended;
    expect(child.lines).to.deep.equal([
      `refused home-in-use: Another Portico (process ${process.pid}) uses the data directory ${home}. Stop it first, or set PORTICO_HOME.`,
    ]);
    await lock.dispose();
    await (await lockHome(home)).dispose();
  });

  it('goes with a process that is killed, without cleaning up', async () => {
    const home = makeHome();
    for (let round = 0; round < 3; round += 1) {
      const child = run('lock-holder', [home]);
      await child.until((lines) => lines.includes('locked'));
      expect(await codeFrom(lockHome(home))).to.equal('home-in-use');
      child.process.kill('SIGKILL');
      await child.ended;
      await (await lockHome(home)).dispose();
    }
  });

  it('makes the data directory when it is not there', async () => {
    const home = join(makeHome(), 'deep', 'data');
    await (await lockHome(home)).dispose();
  });

  it('keeps other homes free', async () => {
    const locks = [await lockHome(makeHome()), await lockHome(makeHome())];
    for (const lock of locks) await lock.dispose();
  });
});
