import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { defineFlag, type FlagChange, PortalError } from '../../api/index.js';
import type { OpenFlags } from '../../flags/index.js';
import { eventually, FlagBench, quiet } from './flag-bench.js';

describe('The feature flags of a portal', () => {
  let bench: FlagBench;
  beforeEach(async () => {
    bench = await FlagBench.create();
  });
  afterEach(() => bench.dispose());

  const changesOf = (flags: OpenFlags): FlagChange[] => {
    const changes: FlagChange[] = [];
    flags.onDidChange((change) => changes.push(change));
    return changes;
  };

  async function codeOf(work: Promise<unknown>): Promise<string> {
    return work.then(
      () => 'done',
      (error: unknown) => (error instanceof PortalError ? error.code : 'another error'),
    );
  }

  it('read the file, and answer false for a key that nobody declares', async () => {
    await bench.write({ 'LPD-1': true });
    const flags = await bench.open();
    expect([flags.isEnabled('LPD-1'), flags.isEnabled('ghost'), flags.state('ghost')]).to.deep.equal([true, false, undefined]);
  });

  it('pick up an edit without a restart', async () => {
    await bench.write({ a: false, b: true });
    const flags = await bench.open({ poll: 60_000 });
    const changes = changesOf(flags);
    await bench.write({ a: true, b: true });
    await eventually(() => flags.isEnabled('a'), 'the edit is in force');
    expect(changes).to.deep.equal([{ key: 'a', enabled: true }]);
  });

  it('pick up a file that is renamed over the old one, again and again', async () => {
    await bench.write({ a: false });
    const flags = await bench.open({ poll: 60_000 });
    for (const enabled of [true, false, true]) {
      const draft = join(bench.folder, '.feature-flags.json.swp');
      await writeFile(draft, JSON.stringify({ flags: { a: enabled } }));
      await rename(draft, bench.file);
      await eventually(() => flags.isEnabled('a') === enabled, 'the renamed file is in force');
    }
  });

  it('follow a link that is switched to another file, as deployments with mounted configuration do', async () => {
    for (const enabled of [false, true]) {
      const folder = join(bench.folder, String(enabled));
      await mkdir(folder);
      await writeFile(join(folder, 'feature-flags.json'), JSON.stringify({ flags: { a: enabled } }));
    }
    const link = join(bench.folder, 'current');
    await symlink('false', link);
    await symlink(join('current', 'feature-flags.json'), bench.file);
    const flags = await bench.open();
    expect(flags.state('a')).to.include({ enabled: false, origin: 'file' });
    await symlink('true', `${link}.next`);
    await rename(`${link}.next`, link);
    await eventually(() => flags.isEnabled('a'), 'the other file is in force');
  });

  it('look for the file from time to time when its folder is not there yet', async () => {
    const file = join(bench.folder, 'later', 'feature-flags.json');
    bench.declared.set('a', { type: 'release', title: 'A' });
    const flags = await bench.open({ poll: 20, file });
    expect([flags.isEnabled('a'), flags.problems()]).to.deep.equal([false, []]);
    await mkdir(join(bench.folder, 'later'));
    await writeFile(file, '{"flags": {"a": true}}');
    await eventually(() => flags.isEnabled('a'), 'the file in a new folder is in force');
  });

  it('keep the last good content over a syntax error and over deletion, and say so until it is mended', async () => {
    await bench.write({ a: true });
    const flags = await bench.open();
    const changes = changesOf(flags);
    await bench.writeText('{\n  "flags": {\n    "a": false;\n  }\n}');
    await eventually(() => flags.problems().length > 0, 'the problem is known');
    expect(flags.problems()[0]).to.match(/^feature-flags\.json, line 3, column 10: /);
    expect(flags.isEnabled('a')).to.equal(true);
    await rm(bench.file);
    await eventually(() => flags.problems()[0]?.includes('is not there any more') === true, 'the deletion is known');
    expect([flags.isEnabled('a'), changes]).to.deep.equal([true, []]);
    await bench.write({ a: false });
    await eventually(() => !flags.isEnabled('a'), 'the mended file is in force');
    expect(flags.problems()).to.deep.equal([]);
  });

  it('say why a file that is there cannot be read', async () => {
    await mkdir(bench.file);
    const flags = await bench.open();
    expect(flags.problems()).to.have.length(1);
    expect(flags.problems()[0]).to.match(/^feature-flags\.json cannot be read: EISDIR/);
  });

  it('tell once of code that asks for a key nobody declares', async () => {
    const warnings: unknown[] = [];
    bench.log = { ...quiet, warn: (_message, facts) => void warnings.push(facts) };
    const flags = await bench.open();
    for (let turn = 0; turn < 3; turn += 1) flags.isEnabled('ghost');
    expect(warnings).to.deep.equal([{ flag: 'ghost' }]);
  });

  it('log each problem once', async () => {
    const warnings: string[] = [];
    bench.log = { ...quiet, warn: (message) => void warnings.push(message) };
    await bench.writeText('{');
    const flags = await bench.open();
    flags.refresh();
    flags.refresh();
    expect(warnings).to.have.length(1);
  });

  it('keep an override over a restart, and forget it when it is unset', async () => {
    await bench.write({ a: false });
    const first = await bench.open();
    const changes = changesOf(first);
    await first.override('a', true, 'Ada');
    expect([first.isEnabled('a'), changes]).to.deep.equal([true, [{ key: 'a', enabled: true }]]);
    await bench.close();
    const second = await bench.open();
    expect(second.state('a')).to.include({ enabled: true, origin: 'instance' });
    expect(second.state('a')?.reason).to.match(/^Switched on by this instance \(Ada, \d{4}-\d\d-\d\d\)\.$/);
    await second.override('a', undefined, 'Ada');
    expect(second.state('a')).to.include({ enabled: false, origin: 'file' });
    await bench.close();
    expect((await bench.open()).isEnabled('a')).to.equal(false);
  });

  it('end in the state that was committed last, however many switch at once', async () => {
    await bench.write({ a: false });
    const flags = await bench.open();
    await Promise.all(Array.from({ length: 30 }, (_, index) => flags.override('a', index % 2 === 0, `Person ${index}`)));
    const inMemory = flags.isEnabled('a');
    await bench.close();
    expect((await bench.open()).isEnabled('a')).to.equal(inMemory);
  });

  it('refuse to override a flag that the environment locks, and one that does not exist', async () => {
    await bench.write({ 'LPD-10793': false });
    bench.environment = { PORTICO_FLAG_LPD_10793: 'true' };
    const flags = await bench.open();
    expect(flags.state('LPD-10793')).to.include({ enabled: true, lockedBy: 'PORTICO_FLAG_LPD_10793' });
    expect(await codeOf(flags.override('LPD-10793', false, 'Ada'))).to.equal('flag-locked');
    expect(await codeOf(flags.override('ghost', true, 'Ada'))).to.equal('flag-unknown');
  });

  it('tell dependents when their effective value changes, and nobody when it does not', async () => {
    await bench.write({
      a: { enabled: true, dependsOn: ['b'] },
      b: false,
      c: { enabled: true, dependsOn: ['b', 'd'] },
      d: false,
    });
    const flags = await bench.open();
    const changes = changesOf(flags);
    await flags.override('b', true, 'Ada');
    expect(changes).to.deep.equal([
      { key: 'a', enabled: true },
      { key: 'b', enabled: true },
    ]);
    await flags.override('b', true, 'Grace');
    expect(changes).to.have.length(2);
  });

  it('give a handle that reads one flag and hears of that one only', async () => {
    await bench.write({ a: { enabled: true, dependsOn: ['b'] }, b: false });
    const flags = await bench.open();
    const handle = flags.flag(defineFlag('a'));
    const heard: boolean[] = [];
    const subscription = handle.onDidChange((enabled) => heard.push(enabled));
    await flags.override('b', true, 'Ada');
    expect([handle.key, handle.isEnabled(), heard]).to.deep.equal(['a', true, [true]]);
    await subscription.dispose();
    await flags.override('b', false, 'Ada');
    expect([handle.isEnabled(), heard]).to.deep.equal([false, [true]]);
  });

  it('ask the modules again on refresh', async () => {
    const flags = await bench.open();
    const changes = changesOf(flags);
    bench.declared.set('shop', { type: 'beta', title: 'Shop', default: true, module: 'shop' });
    flags.refresh();
    expect([flags.isEnabled('shop'), changes]).to.deep.equal([true, [{ key: 'shop', enabled: true }]]);
    bench.declared.clear();
    flags.refresh();
    expect([flags.isEnabled('shop'), flags.all()]).to.deep.equal([false, []]);
  });

  it('survive a listener that throws', async () => {
    await bench.write({ a: false });
    const flags = await bench.open();
    flags.onDidChange(() => {
      throw new Error('listener');
    });
    const changes = changesOf(flags);
    await flags.override('a', true, 'Ada');
    expect(changes).to.have.length(1);
  });
});
