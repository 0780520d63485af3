import { mkdtempSync, rmSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { portico } from '../support/portal-process.js';
import { place } from './image-client.js';
import { ImagePortal, largePicture } from './image-portal.js';
import { answerOf, headOf, RawUpstream, reply } from './raw-upstream.js';

/** Follows a generation; resolves with what came and whether the answer was brought to its end. */
async function follow(portal: ImagePortal, id: string): Promise<{ readonly over: Promise<{ text: string; isWhole: boolean }> }> {
  const call: ClientRequest = request(`${portal.process.url}${place}/generations/${id}/events`, { headers: portal.headers });
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    call.once('response', resolve).once('error', reject).end();
  });
  let text = '';
  const first = new Promise<void>((resolve) => {
    answer.on('data', (piece: Buffer) => {
      text += piece.toString();
      resolve();
    });
  });
  const over = new Promise<{ text: string; isWhole: boolean }>((resolve) => {
    answer.once('close', () => resolve({ text, isWhole: answer.complete }));
    answer.once('error', () => undefined);
  });
  await first;
  return { over };
}

describe('a portal that is told to end while images are made', function () {
  this.timeout(120_000);
  let home: string;
  let upstream: RawUpstream;
  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'portico-sigterm-'));
    upstream = await RawUpstream.start();
  });
  afterEach(async () => {
    await upstream.close();
    rmSync(home, { recursive: true, force: true });
  });

  it('ends in time in every state of a generation, keeps what arrived, and never sends again what was sent', async () => {
    const picture = await largePicture();
    const body = answerOf(picture);
    const portal = await ImagePortal.start(home, upstream.url);
    upstream.next(reply(body), reply(body));
    const offered = await portal.create('offered before');
    const added = await portal.create('added at the end');
    const toAdd = await portal.settled(added);
    await portal.settled(offered);

    let finish: () => void = () => {};
    const halfway = new Promise<void>((resolve) => {
      upstream.next(
        () => {},
        (socket) => {
          socket.write(headOf('200 OK', body.length));
          socket.write(body.slice(0, body.length >> 1));
          finish = () => void socket.write(body.slice(body.length >> 1));
          resolve();
        },
      );
    });
    const sent = await portal.create('sent, and never answered');
    await portal.seesState(sent, 'sent');
    const receiving = await portal.create('half received');
    await halfway;
    const waiting = await portal.create('waiting');
    const streams = await Promise.all([follow(portal, sent), follow(portal, receiving), follow(portal, waiting)]);

    const adding = portal.add(toAdd);
    await delay(5);
    portal.process.kill('SIGTERM');
    await delay(500);
    finish();
    expect(await portal.process.ended, 'a process that is too slow ends with 1').to.equal(0);
    for (const { over } of streams) expect(await over).to.deep.include({ isWhole: true });
    const { status } = await adding.catch(() => ({ status: 0 }));

    upstream.next(reply(body));
    const again = await ImagePortal.start(home, upstream.url);
    const states = await Promise.all([sent, receiving, waiting, offered].map(async (id) => (await again.settled(id)).state));
    expect(states).to.deep.equal(['unknown', 'offered', 'offered', 'offered']);
    expect(upstream.prompts).to.deep.equal([
      'offered before',
      'added at the end',
      'sent, and never answered',
      'half received',
      'waiting',
    ]);
    if (status === 200) expect((await again.generation(added)).state).to.equal('saved');
    else expect((await again.add(await again.generation(added))).status).to.equal(200);
    expect(await again.documents()).to.deep.equal(['added-at-the-end.png']);
    expect(await portico(home, 'doctor')).to.have.property('code', 0);
    again.process.kill('SIGTERM');
    expect(await again.process.ended).to.equal(0);
  });

  it('ends in time although a picture is being scaled and a client does not finish its upload', async () => {
    const portal = await ImagePortal.start(home, upstream.url);
    upstream.next(reply(answerOf(await largePicture())));
    const id = await portal.create('large');
    const slow = request(`${portal.process.url}/web/home/documents-media/upload`, {
      method: 'POST',
      headers: { ...portal.headers, 'Content-Type': 'multipart/form-data; boundary=b' },
    });
    slow.on('error', () => undefined);
    slow.write('--b\r\nContent-Disposition: form-data; name="file"; filename="slow.bin"\r\n\r\nhalf');
    const never = await portal.create('never answered');
    await portal.seesState(never, 'sent');
    await portal.sees("SELECT 1 FROM ai_creator_image WHERE state = 'received'");
    portal.process.kill('SIGTERM');
    const code = await portal.process.ended;
    slow.destroy();
    const again = await ImagePortal.start(home, upstream.url);
    expect((await again.settled(id)).images).to.have.length(1);
    expect((await again.settled(never)).state).to.equal('unknown');
    again.process.kill('SIGTERM');
    expect([code, await again.process.ended]).to.deep.equal([0, 0]);
    expect(upstream.prompts).to.have.length(2);
  });
});
