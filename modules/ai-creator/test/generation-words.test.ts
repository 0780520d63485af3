import type { Clock } from '@portico/core';
import { expect } from 'chai';
import { formatWait } from '../services/translator.js';
import { type CreatorPortal, startCreatorPortal } from './creator-portal.js';

describe('how long ago an image was asked for', () => {
  let creator: CreatorPortal;
  let ahead = 0;
  const clock: Clock = { now: () => new Date(start + ahead), monotonic: () => performance.now() };
  const start = Date.now();
  before(async () => {
    creator = await startCreatorPortal({ clock });
  });
  after(() => creator.stop());

  it('is one second, or some seconds', async () => {
    creator.sandbox.next('stall-before-headers');
    const { id } = (await creator.create()).body as { id: string };
    const status = async (): Promise<string> =>
      (await creator.visitor.get(`/web/home/ai-creator/generations/${id}/status`)).body.status as string;
    for (let tries = 0; tries < 500 && !/^Being made/.test(await status()); tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 10));
    const told: string[] = [];
    for (ahead of [0, 1000, 2000, 119_000, 121_000, 7_300_000]) told.push(await status());
    const times = ['0 seconds', '1 second', '2 seconds', '119 seconds', '2 minutes', '2 hours'];
    expect(told).to.deep.equal(times.map((time) => `Being made: asked ${time} ago`));
    await creator.portal.post(creator.visitor, `/web/home/ai-creator/generations/${id}/cancel`);
  });
});

describe('when one can try again', () => {
  let creator: CreatorPortal;
  before(async () => {
    creator = await startCreatorPortal({ config: { retries: 0, retryCapSeconds: 1 } });
  });
  after(() => creator.stop());

  it('is in one second, or in some seconds', async () => {
    const told: (string | undefined)[] = [];
    for (const retryAfter of [0, 1, 7]) {
      creator.sandbox.next({ name: 'rate-limit', retryAfter });
      const { body } = await creator.create();
      told.push((await creator.settled(body.id as string)).problem?.sentence);
    }
    expect(told).to.deep.equal(
      ['1 second', '1 second', '7 seconds'].map((time) => `Too many images are being made right now. Try again in ${time}.`),
    );
  });

  it('is in the unit that people count in, and never too early', () => {
    const told = [0, 119, 120, 121, 900, 7199, 7200, 86_400, 172_800, 200_000].map((seconds) =>
      formatWait(seconds, (key, values) => `${Object.values(values ?? {})} ${key}`),
    );
    const units = ['1 seconds', '119 seconds', '2 minutes', '3 minutes', '15 minutes', '120 minutes', '2 hours', '24 hours'];
    expect(told).to.deep.equal([...units, '2 days', '3 days'].map((each) => each.replace(' ', ' state.')));
  });

  it('is told in the singular of the longest pause too', async () => {
    const administrator = await creator.portal.signIn();
    const { text } = await administrator.get('/ai-creator/errors').set('Accept', 'text/html');
    expect(text).to.contain('after a pause of at most 1 second, at most 0 times');
  });
});
