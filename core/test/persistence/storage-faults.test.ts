import { execFileSync } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { privateMounts, smallDisk } from '../../testing/small-disk.js';
import { run } from './fixtures/child.js';
import { Note } from './fixtures/notes.js';
import { createPortal, findings, hours, makeHome, removeHomes } from './fixtures/portal.js';

const source = fileURLToPath(new URL('../../../test/persistence/fixtures/faulty-disk.c', import.meta.url));

describe('a disk that fails', function () {
  this.timeout(60_000);
  let faults: string;
  const faulty = (): NodeJS.ProcessEnv => ({ LD_PRELOAD: join(faults, 'faulty-disk.so'), FAULTY_DISK: faults });
  const witness = async (args: readonly string[], options: Parameters<typeof run>[2]): Promise<unknown> => {
    const child = run('faults', args, options);
    expect(await child.ended, child.errors()).to.equal(0);
    return JSON.parse(child.lines.at(-1) ?? '');
  };

  before(() => {
    faults = makeHome();
    execFileSync('cc', ['-shared', '-fPIC', '-o', join(faults, 'faulty-disk.so'), source, '-ldl']);
  });
  after(removeHomes);

  const survived = {
    some: true,
    codes: ['storage-full'],
    whileFull: { read: true, health: { writable: true, full: true } },
    afterwards: { kept: 'no error', read: true },
    extraRows: 0,
    leftovers: [],
    found: [],
  };

  it('because it is full says so, loses nothing, and goes on when there is room again', async () => {
    const home = join(makeHome(), 'data');
    expect(await witness(['fullDisk', home, 'library'], { env: faulty() })).to.deep.equal(survived);
    const mounted = makeHome();
    const wrap = smallDisk(mounted, 4);
    expect(await witness(['fullDisk', join(mounted, 'data'), 'tmpfs'], { wrap })).to.deep.equal(survived);
  });

  it('because a quota is used up lets people delete at the first try, whatever the file system says of its room', async () => {
    const mounted = makeHome();
    const wrap = smallDisk(mounted, 4);
    expect(await witness(['quota', join(mounted, 'data')], { wrap, env: faulty() })).to.deep.equal({
      before: { writable: true },
      deleted: 'no error',
      whileFull: { health: { writable: true, full: true }, stored: 'storage-full', read: 1 },
      afterwards: { stored: 'no error', health: { writable: true } },
      found: [],
    });
  });

  it('because it is full keeps room for deleting from all who save rows meanwhile', async () => {
    const mounted = makeHome();
    const wrap = smallDisk(mounted, 16);
    expect(await witness(['rowsWhileFull', join(mounted, 'data')], { wrap })).to.deep.equal({
      first: 'no error',
      large: ['storage-full'],
      small: ['no error', 'storage-full'],
      deleted: ['no error', 'no error'],
      health: { writable: true, full: true },
      afterwards: { large: 'no error', stored: 'no error' },
      found: [],
    });
  });

  it('because others have filled it lets people delete at the first try, and says that it is full', async () => {
    const mounted = makeHome();
    const wrap = smallDisk(mounted, 4);
    expect(await witness(['deleting', join(mounted, 'data')], { wrap })).to.deep.equal({
      room: 0,
      deleted: 'no error',
      whileFull: { health: { writable: true, full: true }, stored: 'storage-full', read: 1 },
      // Whoever asks how it is changes nothing.
      asked: { health: { writable: true }, reserve: false },
      afterwards: { stored: 'no error', health: { writable: true } },
      found: [],
    });
  });

  it('once does not make the reserve small for good: it follows what is wanted at each start', async () => {
    const home = makeHome();
    for (const reserveBytes of [64, 512, 128].map((kilobytes) => kilobytes * 1024)) {
      await (await createPortal({ home, reserveBytes })).close();
      expect(statSync(join(home, 'disk.reserve')).size).to.equal(reserveBytes);
    }
  });

  it('because there is no room for a copy of the database keeps its tables as they are, and says how much room is needed', async () => {
    const mounted = makeHome();
    const wrap = smallDisk(mounted, 8);
    expect(await witness(['copyWithoutRoom', join(mounted, 'data')], { wrap })).to.deep.equal({
      refused:
        'Before its tables are changed, the database is copied to HOME/copies, and there is no room for it. Nothing was changed. ' +
        'Free 2 MB on that disk, then start the portal again.',
      changed: [],
      untouched: true,
      afterwards: 'no error',
      copies: 1,
    });
  });

  for (const way of ['blob', 'row']) {
    it(`at fsync of a ${way} makes the portal stop writing and say so, until it is restarted`, async () => {
      const home = makeHome();
      expect(await witness(['failingSync', home, way], { env: faulty() })).to.deep.equal({
        before: 'no error',
        first: 'storage-failed',
        later: ['storage-failed', 'storage-failed', 'no error'],
        writable: false,
        code: 'storage-failed',
        read: 1,
        lines: ['Storage failed: nothing is written any more until the portal is restarted.'],
      });
      const portal = await createPortal({ home });
      const titles = (await portal.unitOfWork.read((reader) => reader.repository(Note).find())).map((note) => note.title);
      expect(titles).to.include('before').and.not.include('later');
      expect(await findings(portal)).to.deep.equal([]);
      await portal.close();
    });
  }

  it('at the end of a commit, and then dies, leaves the row with its blob or neither', async () => {
    const home = makeHome();
    const child = run('faults', ['failingCommit', home], { env: faulty() });
    expect(await child.ended).to.equal('SIGKILL');
    rmSync(join(faults, 'no-log-sync'));
    expect(child.lines).to.deep.equal(['{"code":"storage-failed"}']);
    const portal = await createPortal({ home });
    expect(await findings(portal)).to.deep.equal([]);
    const titles = (await portal.unitOfWork.read((reader) => reader.repository(Note).find())).map((note) => note.title);
    expect(titles).to.include('before');
    portal.clock.forward(hours(25));
    const { removedBlobs } = await portal.sweep();
    expect(removedBlobs).to.equal(titles.includes('doubtful') ? 0 : 1);
    await portal.close();
  });

  it('because it is read-only is refused with words', async () => {
    const home = makeHome();
    await (await createPortal({ home })).close();
    const readOnly = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"';
    const child = run('lock-holder', [home], { wrap: [...privateMounts(), 'sh', '-c', readOnly, home] });
    await child.ended;
    expect(child.lines).to.deep.equal([
      'refused storage-read-only: The data directory cannot be written to, so this was not saved.',
    ]);
  });

  it('finds every byte flushed before anybody is told', async () => {
    const { steps } = (await witness(['protocol', makeHome()], { env: faulty() })) as { steps: string[] };
    const folders = ['sync .', 'sync blobs', 'sync blobs', 'sync blobs/AB'];
    const order = ['sync blobs/staging/ID', 'rename blobs/staging/ID blobs/AB/CD/ID', 'sync blobs/AB/CD', 'sync portico.db-wal'];
    expect(steps.slice(-3)).to.deep.equal(order.slice(1));
    expect([...steps].sort()).to.deep.equal([...folders, ...order].sort());
  });

  it('because no more files can be opened is asked again later', async () => {
    const wrap = ['sh', '-c', 'ulimit -n 200 && exec "$@"', 'sh'];
    expect(await witness(['noFiles', makeHome()], { wrap })).to.deep.equal({
      before: 'no error',
      during: ['files-exhausted', 'files-exhausted'],
      afterwards: ['no error', 2],
      health: { writable: true },
      found: [],
    });
  });
});
