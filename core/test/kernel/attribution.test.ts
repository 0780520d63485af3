import { execFile } from 'node:child_process';
import { expect } from 'chai';
import { extensionPoint } from '../../api/index.js';
import { currentModule, moduleOf, runInModule } from '../../kernel/index.js';
import { TestPortal } from './test-portal.js';

describe('an error', () => {
  it('is known by the module it came out of, thrown or rejected, through its causes', async () => {
    const thrown = new Error('thrown');
    expect(() =>
      runInModule('a', () => {
        throw thrown;
      }),
    ).to.throw(thrown);
    const rejected = new Error('rejected');
    await runInModule('b', async () => Promise.reject(rejected)).catch(() => {});
    expect([moduleOf(thrown), moduleOf(rejected)]).to.deep.equal(['a', 'b']);
    expect(moduleOf(new Error('wrapped', { cause: thrown }))).to.equal('a');
    expect(moduleOf(new Error('of nobody'))).to.equal(undefined);
  });

  it('is known by the innermost module', () => {
    const error = new Error('deep');
    const inner = (): never =>
      runInModule('inner', () => {
        throw error;
      });
    expect(() => runInModule('outer', inner)).to.throw(error);
    expect(moduleOf(error)).to.equal('inner');
  });

  it('is known by the work it happened in, also in what that work left behind', async () => {
    expect(currentModule()).to.equal(undefined);
    const later = runInModule(
      'a',
      () => new Promise<string | undefined>((resolve) => setTimeout(() => resolve(currentModule()), 1)),
    );
    expect(await later).to.equal('a');
  });

  it('is known when nobody catches it, thrown in a timer or rejected in the background', async () => {
    const kernel = new URL('../../kernel/index.js', import.meta.url).href;
    const program = `
      import { moduleOf, runInModule } from ${JSON.stringify(kernel)};
      const tell = (error) => console.log(error.message + ' in ' + moduleOf(error));
      process.on('uncaughtException', tell).on('unhandledRejection', tell);
      runInModule('timers', () => void setTimeout(() => { throw new Error('thrown'); }, 1));
      runInModule('promises', () => void setTimeout(async () => { throw new Error('rejected'); }, 2));
      setTimeout(() => { throw new Error('own'); }, 3);`;
    const said = await new Promise<string>((resolve, reject) => {
      execFile(process.execPath, ['--input-type=module', '--eval', program], (error, out) =>
        error ? reject(error) : resolve(out),
      );
    });
    expect(said.trim().split('\n')).to.have.members(['thrown in timers', 'rejected in promises', 'own in undefined']);
  });

  it('is known by the files in its stack', async () => {
    const portal = await TestPortal.build();
    try {
      const actions = portal.kernel.host(extensionPoint<() => void>('portal.actions'));
      await portal.write(
        { id: 'culprit' },
        `contribute(extensionPoint('portal.actions')).value(() => { throw new Error('oops'); });`,
      );
      await portal.boot();
      const [action] = actions.all();
      let error: unknown;
      try {
        action?.value();
      } catch (cause) {
        error = cause;
      }
      expect(moduleOf(error)).to.equal('culprit');
    } finally {
      await portal.close();
    }
  });
});
