import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import sharp from 'sharp';
import { signInAt } from '../support/portal-process.js';
import { formOf, ImageClient, place } from './image-client.js';
import { type ImagePlace, startImagePlace } from './image-place.js';
import { answerOf, RawUpstream, reply } from './raw-upstream.js';

/** Presses Create once; answers the id of what is made. */
type Press = (client: ImageClient, fields: Record<string, string>) => Promise<string>;

const entryPoints: Readonly<Record<string, Press>> = {
  'the form without scripts': async ({ url, headers }, fields) => {
    const answer = await fetch(`${url}${place}/generations`, {
      method: 'POST',
      headers: { ...headers, Accept: 'text/html' },
      body: new URLSearchParams(fields),
      redirect: 'manual',
    });
    expect(answer.status).to.equal(303);
    return answer.headers.get('location')?.split('/').at(-1) ?? '';
  },
  "the dialog's script": async (client, fields) => {
    const { status, body } = await client.post(`${place}/generations`, fields);
    expect(status).to.equal(201);
    return (body as { id: string }).id;
  },
  'a program': async ({ url, headers }, { idempotencyKey, count, ...fields }) => {
    const answer = await fetch(`${url}${place}/api/generations`, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json', 'Idempotency-Key': idempotencyKey ?? '' },
      body: JSON.stringify({ ...fields, count: Number(count) }),
    });
    expect(answer.status).to.equal(201);
    return ((await answer.json()) as { id: string }).id;
  },
};

describe('one request upstream, however often it is asked for', function () {
  this.timeout(60_000);
  let upstream: RawUpstream;
  let creating: ImagePlace;
  let second: ImageClient;
  before(async () => {
    upstream = await RawUpstream.start();
    creating = await startImagePlace(upstream.url);
    const { url } = creating.portal;
    second = new ImageClient(url, await signInAt(url));
    const picture = sharp({ create: { width: 1024, height: 1024, channels: 3, background: '#369' } });
    const body = answerOf(await picture.png().toBuffer());
    upstream.always(async (socket) => {
      await delay(100);
      await reply(body)(socket);
    });
  });
  beforeEach(() => {
    upstream.prompts.length = 0;
  });
  after(async () => {
    await creating.portal.stop();
    await upstream.close();
  });

  /** How Create is pressed; each answers the ids that came back. */
  const ways: Readonly<Record<string, (press: Press, fields: Record<string, string>) => Promise<readonly string[]>>> = {
    'one click': async (press, fields) => [await press(creating.client, fields)],
    'a double click': (press, fields) => Promise.all([press(creating.client, fields), press(creating.client, fields)]),
    'fifty at the same time': (press, fields) => Promise.all(Array.from({ length: 50 }, () => press(creating.client, fields))),
    'the same form in two tabs': (press, fields) => Promise.all([press(creating.client, fields), press(second, fields)]),
    'a replay while it is made': async (press, fields) => {
      const id = await press(creating.client, fields);
      for (let turn = 0; turn < 500 && upstream.prompts.length === 0; turn += 1) await delay(5);
      return [id, await press(creating.client, fields)];
    },
    'a replay when it is there, and when it is added': async (press, fields) => {
      const id = await press(creating.client, fields);
      const generation = await creating.client.settled(id);
      const replayed = await press(creating.client, fields);
      expect((await creating.client.add(generation)).status).to.equal(200);
      return [id, replayed, await press(second, fields)];
    },
    'a replay after the module was started anew': async (press, fields) => {
      const id = await press(creating.client, fields);
      await creating.client.settled(id);
      await creating.portal.modules.stop('ai-creator');
      await creating.portal.modules.start('ai-creator');
      return [id, await press(creating.client, fields)];
    },
  };

  for (const [entryPoint, press] of Object.entries(entryPoints)) {
    for (const [way, go] of Object.entries(ways)) {
      it(`is made by ${entryPoint} with ${way}`, async () => {
        const ids = await go(press, formOf('a single cent'));
        expect(new Set(ids).size).to.equal(1);
        const generation = await creating.client.settled(ids[0] ?? '');
        expect(generation.images).to.have.length(1);
        expect(upstream.prompts).to.deep.equal(['a single cent']);
      });
    }
  }
});
