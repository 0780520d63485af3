import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { fillDisk, smallDisk } from '@portico/core/testing';
import { expect } from 'chai';
import { PortalProcess, portico } from '../support/portal-process.js';
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

describe('a disk that others have filled', function () {
  this.timeout(120_000);

  it('is said by readiness; deleting works, what takes room is refused, and uploads work again when there is room', async () => {
    const place = mkdtempSync(join(tmpdir(), 'portico-full-'));
    const wrap = smallDisk(place, 48);
    const portal = await PortalProcess.start(join(place, 'data'), 'start', {}, wrap);
    try {
      const headers = await portal.signIn();
      const documents = `${portal.url}/web/home/documents-media`;
      const upload = async (name: string): Promise<{ status: number; body: string }> => {
        const body = new FormData();
        body.append('file', new Blob([Buffer.alloc(300_000, name)]), name);
        const answer = await fetch(`${documents}/upload`, { method: 'POST', headers, body });
        return { status: answer.status, body: await answer.text() };
      };
      const added = async (name: string): Promise<string> => {
        const { status, body } = await upload(name);
        expect(status, body).to.equal(201);
        return (JSON.parse(body) as { documents: { id: string }[] }).documents[0]?.id ?? '';
      };
      const post = async (address: string, fields: Record<string, string> = {}): Promise<number> =>
        (await fetch(address, { method: 'POST', headers, body: new URLSearchParams(fields), redirect: 'manual' })).status;
      const ready = async (): Promise<unknown> => {
        const answer = await fetch(`${portal.url}/health/ready`);
        return [answer.status, await answer.json()];
      };
      const ids = [await added('one.txt'), await added('two.txt'), await added('three.txt')];
      expect(await ready()).to.deep.equal([200, { status: 'ready' }]);

      const filler = portal.inside(join(place, 'filler'));
      fillDisk(filler);
      expect(await ready()).to.deep.equal([200, { status: 'degraded' }]);
      const refused = await upload('four.txt');
      expect([refused.status, refused.body]).to.satisfy(
        ([status, body]: [number, string]) => status === 507 && body.includes('The disk is full, so this was not saved.'),
        refused.body,
      );
      expect(await post(`${documents}/documents/${ids[0]}/delete`)).to.equal(303);
      const article = { title: 'Long', body: `<p>${'word '.repeat(60_000)}</p>` };
      const answers: number[] = [];
      for (let count = 0; count < 20; count += 1) answers.push(await post(`${portal.url}/web/home/web-content/new`, article));
      // The database gives back what its log took, so there may be room again after a while: then an article is saved, and not before.
      expect(answers[0]).to.equal(507);
      expect(answers.filter((status) => status !== 507 && status !== 303)).to.deep.equal([]);
      const articles = await (
        await fetch(`${portal.url}/web/home/web-content`, { headers: { ...headers, Accept: 'text/html' } })
      ).text();
      const saved = answers.filter((status) => status === 303).length;
      expect(new Set(articles.match(/\/web-content\/articles\/[0-9a-f-]{36}/g)).size).to.equal(Math.min(saved, 20));
      // Whoever wants to delete can sign in.
      expect((await fetch(`${portal.url}/web/home`, { headers: await portal.signIn() })).status).to.equal(200);
      expect(await post(`${documents}/documents/${ids[1]}/delete`)).to.equal(303);
      expect((await fetch(`${documents}/documents/${ids[2]}/download`, { headers })).status).to.equal(200);

      rmSync(filler);
      expect(await ready()).to.deep.equal([200, { status: 'ready' }]);
      await added('four.txt');
      const doctor = await portico(portal.inside(join(place, 'data')), 'doctor');
      expect(doctor, doctor.out).to.have.property('code', 0);
    } finally {
      portal.kill('SIGTERM');
      await portal.ended;
      rmSync(place, { recursive: true, force: true });
    }
  });
});
