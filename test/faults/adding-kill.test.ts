import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@portico/core/testing';
import { expect } from 'chai';
import sharp from 'sharp';
import { portico } from '../support/portal-process.js';
import type { GenerationAnswer } from './image-client.js';
import { ImagePortal } from './image-portal.js';
import { answerOf, RawUpstream, reply } from './raw-upstream.js';

const preload = new URL('die-at.js', import.meta.url).href;
/** More steps than adding an image has. */
const stepsAtMost = 60;

/** It dies before a step, not at a moment: others may run beside it. */
describe('a portal that is killed while an image is added', function () {
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

  it('adds an image once and wholly, whichever step of adding it dies before', async () => {
    const picture = await sharp({ create: { width: 1024, height: 1024, channels: 3, background: '#963' } })
      .png()
      .toBuffer();
    const environment = { NODE_OPTIONS: `--import=${preload}` };
    const died: string[] = [];
    let interrupted: GenerationAnswer | undefined;
    let expected = 0;
    for (let at = 1; at <= stepsAtMost; at += 1) {
      const portal = await ImagePortal.start(home, upstream.url, environment);
      if (interrupted) {
        const again = await portal.add(await portal.generation(interrupted.id));
        expect(again.status, `after dying before ${died.at(-1)}`).to.equal(200);
        expected += 1;
        expect(await portal.documents(), `after dying before ${died.at(-1)}`).to.have.length(expected);
        expect((await portal.generation(interrupted.id)).state).to.equal('saved');
      }
      upstream.next(reply(answerOf(picture)));
      const generation = await portal.settled(await portal.create(`image ${at}`));
      writeFileSync(join(home, 'die-at'), String(at));
      portal.process.kill('SIGUSR2');
      await eventually(() => existsSync(join(home, 'armed')), 'the portal counts its steps', 60);
      rmSync(join(home, 'armed'));
      const added = await portal.add(generation).catch(() => undefined);
      if (added) {
        expect(added.status).to.equal(200);
        portal.process.kill('SIGKILL');
        expect(await portal.process.ended).to.equal('SIGKILL');
        break;
      }
      expect(await portal.process.ended).to.equal('SIGKILL');
      died.push(readFileSync(join(home, 'steps'), 'utf8').split('\n').at(-1) ?? '');
      interrupted = generation;
    }
    expect(died).to.include.members(['rename', 'sync', 'commit', 'INSERT documents_media_document', 'UPDATE ai_creator_image']);
    const portal = await ImagePortal.start(home, upstream.url);
    expect(await portal.documents(), 'and what was acknowledged').to.have.length(expected + 1);
    portal.process.kill('SIGTERM');
    expect(await portal.process.ended).to.equal(0);
    expect(await portico(home, 'doctor')).to.have.property('code', 0);
  });
});
