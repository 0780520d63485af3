import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { portico } from '../support/portal-process.js';
import { ImagePortal, largePicture } from './image-portal.js';
import { answerOf, RawUpstream, reply } from './raw-upstream.js';

const source = fileURLToPath(new URL('../../../core/test/persistence/fixtures/faulty-disk.c', import.meta.url));

describe('a disk that is full for a while when an image arrives', function () {
  this.timeout(120_000);
  let home: string;
  let faults: string;
  let noRoom: string;
  let upstream: RawUpstream;
  let portal: ImagePortal;
  before(() => {
    faults = mkdtempSync(join(tmpdir(), 'portico-faults-'));
    noRoom = join(faults, 'no-room');
    execFileSync('cc', ['-shared', '-fPIC', '-o', join(faults, 'faulty-disk.so'), source, '-ldl']);
  });
  after(() => rmSync(faults, { recursive: true, force: true }));
  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'portico-full-'));
    upstream = await RawUpstream.start();
    const faulty = { LD_PRELOAD: join(faults, 'faulty-disk.so'), FAULTY_DISK: faults };
    portal = await ImagePortal.start(home, upstream.url, faulty);
  });
  afterEach(async () => {
    rmSync(noRoom, { force: true });
    portal.process.kill('SIGTERM');
    await portal.process.ended;
    await upstream.close();
    rmSync(home, { recursive: true, force: true });
  });

  async function isOfferedAfterwards(id: string): Promise<void> {
    rmSync(noRoom);
    const generation = await portal.settled(id);
    expect({ state: generation.state, images: generation.images.length, problem: generation.problem }).to.deep.equal({
      state: 'offered',
      images: 1,
      problem: undefined,
    });
    expect(upstream.prompts).to.have.length(1);
    expect((await portal.add(generation)).status).to.equal(200);
    expect(await portico(home, 'doctor')).to.have.property('code', 0);
  }

  it('loses nothing that was paid for when there is no room for the file as it came', async () => {
    const body = answerOf(await largePicture(300));
    upstream.next(async (socket) => {
      writeFileSync(noRoom, '');
      await reply(body)(socket);
    });
    const id = await portal.create('no room');
    await portal.seesState(id, 'sent');
    await delay(2000);
    await isOfferedAfterwards(id);
  });

  it('loses nothing that was paid for when there is no room for what is scaled', async () => {
    upstream.next(reply(answerOf(await largePicture())));
    const id = await portal.create('no room to scale');
    await portal.sees("SELECT 1 FROM ai_creator_image WHERE state = 'received'");
    writeFileSync(noRoom, '');
    await delay(3000);
    expect((await portal.generation(id)).isRunning).to.equal(true);
    await isOfferedAfterwards(id);
  });
});
