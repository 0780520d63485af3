import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { portico } from '../support/portal-process.js';
import { ImagePortal, largePicture } from './image-portal.js';
import { answerOf, headOf, RawUpstream, reply } from './raw-upstream.js';

describe('a portal that is killed while images are made', function () {
  this.timeout(240_000);
  let home: string;
  let upstream: RawUpstream;
  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'portico-kill-'));
    upstream = await RawUpstream.start();
  });
  afterEach(async () => {
    await upstream.close();
    rmSync(home, { recursive: true, force: true });
  });

  async function killed(portal: ImagePortal): Promise<void> {
    portal.process.kill('SIGKILL');
    expect(await portal.process.ended).to.equal('SIGKILL');
  }

  it('offers what arrived and never sends again what was sent, in whichever state it dies', async () => {
    const body = answerOf(await largePicture());
    const small = answerOf(await largePicture(64));
    const one = { PORTICO_LOG_LEVEL: 'error' };

    let portal = await ImagePortal.start(home, upstream.url, one);
    upstream.next(reply(small));
    const offered = await portal.create('offered');
    await portal.settled(offered);
    upstream.next(() => {});
    const sent = await portal.create('sent');
    await portal.seesState(sent, 'sent');
    const halfway = new Promise<void>((resolve) => {
      upstream.next((socket) => {
        socket.write(headOf('200 OK', body.length));
        socket.write(body.slice(0, body.length >> 1), () => resolve());
      });
    });
    const receiving = await portal.create('half received');
    await halfway;
    const reserved = await portal.create('reserved');
    await killed(portal);

    // The next one dies while it scales what the last one had reserved.
    upstream.next(reply(body));
    portal = await ImagePortal.start(home, upstream.url, one);
    await portal.sees("SELECT 1 FROM ai_creator_image WHERE generation_id = ? AND state = 'received'", reserved);
    await killed(portal);

    portal = await ImagePortal.start(home, upstream.url, one);
    const states = async (): Promise<readonly string[]> =>
      Promise.all([offered, sent, receiving, reserved].map(async (id) => (await portal.settled(id)).state));
    expect(await states()).to.deep.equal(['offered', 'unknown', 'unknown', 'offered']);
    expect((await portal.settled(reserved)).images).to.have.length(1);
    expect(upstream.prompts).to.deep.equal(['offered', 'sent', 'half received', 'reserved']);
    for (const { href } of (await portal.generation(reserved)).images)
      expect((await fetch(portal.process.url + href, { headers: portal.headers })).status).to.equal(200);
    await killed(portal);
    portal = await ImagePortal.start(home, upstream.url, one);
    expect(await states()).to.deep.equal(['offered', 'unknown', 'unknown', 'offered']);
    expect(upstream.prompts).to.have.length(4);
    portal.process.kill('SIGTERM');
    expect(await portal.process.ended).to.equal(0);
    expect(await portico(home, 'doctor')).to.have.property('code', 0);
  });
});
