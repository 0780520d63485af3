import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import sharp from 'sharp';
import { addFormOf, formOf, type GenerationAnswer, type ImageClient, place } from './image-client.js';
import { type ImagePlace, startImagePlace } from './image-place.js';
import { answerOf, headOf, RawUpstream, type Reply, reply } from './raw-upstream.js';

/** A client as its socket: it says what it wants, and leaves when it wants. */
class LeavingClient {
  private constructor(
    private readonly socket: Socket,
    private readonly client: ImageClient,
  ) {}

  static async of(client: ImageClient): Promise<LeavingClient> {
    const { hostname, port } = new URL(client.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    return new LeavingClient(socket, client);
  }

  async say(text: string): Promise<this> {
    await new Promise<void>((resolve) => this.socket.write(text, () => resolve()));
    return this;
  }

  get(path: string): Promise<this> {
    return this.say(`GET ${path} HTTP/1.1\r\n${this.headers()}\r\n`);
  }

  post(path: string, fields: Record<string, string>, share = 1): Promise<this> {
    const body = new URLSearchParams(fields).toString();
    const type = `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n`;
    return this.say(`POST ${path} HTTP/1.1\r\n${this.headers()}${type}\r\n${body.slice(0, body.length * share)}`);
  }

  /** Waits until the answer holds this. */
  async hears(text: string): Promise<this> {
    let heard = '';
    for await (const piece of this.socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      heard += piece.toString('latin1');
      if (heard.includes(text)) break;
    }
    return this;
  }

  leave(): void {
    this.socket.resetAndDestroy();
  }

  private headers(): string {
    const all = { ...this.client.headers, Host: new URL(this.client.url).host };
    return Object.entries(all)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
  }
}

interface Scene {
  readonly client: ImageClient;
  readonly upstream: RawUpstream;
  readonly leaving: LeavingClient;
  readonly description: string;
  /** The honest answer of the images API. */
  readonly body: string;
}

interface Point {
  readonly when: string;
  /** Requests upstream that are made of it. */
  readonly posts: 0 | 1;
  readonly act: (scene: Scene) => Promise<void>;
  readonly isAdded?: true;
}

const generations = `${place}/generations`;

/** Sent, and answered when `go` is called. */
function held(body: string, share = 0): { readonly reply: Reply; readonly reached: Promise<void>; go(): void } {
  let reach: () => void = () => {};
  let go: () => void = () => {};
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const released = new Promise<void>((resolve) => {
    go = resolve;
  });
  return {
    reached,
    go: () => go(),
    reply: async (socket) => {
      const half = Math.floor(body.length * share);
      if (share > 0) socket.write(headOf('200 OK', body.length) + body.slice(0, half));
      reach();
      await released;
      socket.end((share > 0 ? '' : headOf('200 OK', body.length)) + body.slice(half));
    },
  };
}

/** Follows one that is held upstream, leaves, and lets it go on. */
const leaveWhileHeld =
  (share: number): Point['act'] =>
  async ({ client, upstream, leaving, description, body }) => {
    const one = held(body, share);
    upstream.next(one.reply);
    const id = await client.create(description);
    await one.reached;
    await (await leaving.get(`${generations}/${id}/events`)).hears('event: progress');
    leaving.leave();
    one.go();
  };

async function made({ client, upstream, description, body }: Scene): Promise<GenerationAnswer> {
  upstream.next(reply(body));
  return client.settled(await client.create(description));
}

const points: readonly Point[] = [
  {
    when: 'before the form is sent',
    posts: 0,
    act: async ({ leaving, description }) => (await leaving.post(generations, formOf(description), 0)).leave(),
  },
  {
    when: 'in the middle of the form',
    posts: 0,
    act: async ({ leaving, description }) => (await leaving.post(generations, formOf(description), 0.5)).leave(),
  },
  {
    when: 'right after Create, before the answer',
    posts: 1,
    act: async ({ upstream, leaving, description, body }) => {
      upstream.next(reply(body));
      await leaving.post(generations, formOf(description));
      // A connection that is reset takes with it what nobody has read yet.
      for (let turn = 0; turn < 500 && upstream.prompts.length === 0; turn += 1) await delay(5);
      leaving.leave();
    },
  },
  {
    when: 'while it waits in the queue',
    posts: 1,
    act: async ({ client, upstream, leaving, description, body }) => {
      const before = held(body);
      upstream.next(before.reply, reply(body));
      await client.create('the one before');
      await before.reached;
      const id = await client.create(description);
      await (await leaving.get(`${generations}/${id}/events`)).hears('"state":"reserved"');
      leaving.leave();
      before.go();
    },
  },
  { when: 'while it is sent', posts: 1, act: leaveWhileHeld(0) },
  { when: 'while its images arrive', posts: 1, act: leaveWhileHeld(0.5) },
  {
    when: 'while it is told that all is ready',
    posts: 1,
    act: async (scene) => {
      const { id } = await made(scene);
      await scene.leaving.get(`${generations}/${id}/events`);
      scene.leaving.leave();
    },
  },
  {
    when: 'while it asks how far it is',
    posts: 1,
    act: async ({ client, upstream, leaving, description, body }) => {
      const one = held(body);
      upstream.next(one.reply);
      const id = await client.create(description);
      await one.reached;
      await leaving.get(`${generations}/${id}/status`);
      leaving.leave();
      one.go();
    },
  },
  {
    when: 'right after Add Selected, before the answer',
    posts: 1,
    isAdded: true,
    act: async (scene) => {
      const { leaving, client, description } = scene;
      const generation = await made(scene);
      await leaving.post(`${place}/images`, addFormOf(generation));
      for (let turn = 0; turn < 500 && (await client.documents()).every((name) => !name.startsWith(description)); turn += 1)
        await delay(5);
      leaving.leave();
      expect((await client.add(generation)).status, 'pressed again').to.equal(200);
    },
  },
  {
    when: 'in the middle of Add Selected',
    posts: 1,
    act: async (scene) => {
      const generation = await made(scene);
      (await scene.leaving.post(`${place}/images`, addFormOf(generation), 0.5)).leave();
    },
  },
  {
    when: 'while it loads a picture',
    posts: 1,
    act: async (scene) => {
      const { images } = await made(scene);
      await (await scene.leaving.get(images[0]?.href ?? '')).hears('HTTP/1.1 200');
      scene.leaving.leave();
    },
  },
];

describe('a client that leaves', function () {
  this.timeout(60_000);
  let upstream: RawUpstream;
  let creating: ImagePlace;
  let body: string;
  before(async () => {
    upstream = await RawUpstream.start();
    creating = await startImagePlace(upstream.url, { concurrency: 1 });
    body = answerOf(
      await sharp({ create: { width: 1024, height: 1024, channels: 3, background: '#693' } })
        .png()
        .toBuffer(),
    );
  });
  beforeEach(() => {
    upstream.prompts.length = 0;
  });
  after(async () => {
    await creating.portal.stop();
    await upstream.close();
  });

  for (const [index, { when, posts, isAdded, act }] of points.entries()) {
    it(`loses nothing that was paid for: ${when}`, async () => {
      const { client } = creating;
      const description = `client${index}`;
      await act({ client, upstream, leaving: await LeavingClient.of(client), description, body });
      if (posts === 1 && !isAdded) {
        const own = (await client.recent()).find((generation) => generation.description === description);
        const { state, images } = await client.settled(own?.id ?? '');
        expect([state, images.length]).to.deep.equal(['offered', 1]);
        const picture = await fetch(client.url + (images[0]?.href ?? ''), { headers: client.headers });
        expect((await sharp(Buffer.from(await picture.arrayBuffer())).stats()).channels).to.have.length(3);
      }
      const listed = (await client.documents()).filter((name) => name.startsWith(description));
      expect(listed).to.have.length(isAdded ? 1 : 0);
      await client.settled(await settledLast(client, upstream));
      expect(upstream.prompts.filter((prompt) => prompt === description)).to.have.length(posts);
    });
  }

  /** One more, so that whatever else was on its way would have been sent by now. */
  async function settledLast(client: ImageClient, after: RawUpstream): Promise<string> {
    after.next(reply(body));
    return client.create('the one after');
  }
});
