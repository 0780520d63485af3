import { Readable } from 'node:stream';
import { expect } from 'chai';
import { z } from 'zod';
import { openAnswer, type RouteDeclaration, type Router, readable } from '../../api/index.js';
import { startHost, type TestHost } from './test-host.js';

const note = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  author: readable('notes.add-note', z.object({ name: z.string() })),
  parts: z.array(z.object({ text: z.string(), secret: readable('notes.add-note', z.string()) })),
});
const stored = {
  id: 'a',
  at: new Date(0),
  author: { name: 'Ada', password: 'secret' },
  parts: [{ text: 'one', secret: 'no', hash: 'no' }],
  hash: 'no',
};
const shown = { id: 'a', at: '1970-01-01T00:00:00.000Z', parts: [{ text: 'one' }] };

type Declared = Pick<RouteDeclaration, 'answer' | 'answers' | 'events'>;

describe('The answer of a route', () => {
  let host: TestHost;
  afterEach(() => host.close());

  async function answering(declared: Declared, body: unknown, strictAnswers = false): Promise<void> {
    host = await startHost({ strictAnswers });
    host.routes.add('notes', '/notes', (router: Router) =>
      router.get('/', { access: 'public', ...declared }, (ctx) => {
        ctx.body = body;
      }),
    );
  }
  const get = (who?: string) => {
    const asked = host.get('/notes').set('Accept', 'application/json');
    return who ? asked.set('Cookie', `portico=${who}-token`) : asked;
  };

  it('has what its schema names, however deep, and nothing else', async () => {
    await answering({ answer: note }, stored);
    expect((await get()).body).to.deep.equal(shown);
    expect((await get('reader')).body).to.deep.equal(shown);
  });

  it('tells moments as JSON does, whether they were told before or are none', async () => {
    const times = z.object({ times: z.array(z.iso.datetime().nullable()) });
    const [one, other] = [new Date(1_790_000_000_123), new Date(-1)];
    await answering({ answer: times }, { times: [one, other, one, new Date(Number.NaN)] });
    const told = { times: ['2026-09-21T14:13:20.123Z', '1969-12-31T23:59:59.999Z', '2026-09-21T14:13:20.123Z', null] };
    expect((await get()).body).to.deep.equal(told);
    expect((await get()).body).to.deep.equal(told);
  });

  it('leaves out what is not there, and keeps what is nothing', async () => {
    const odd = z.object({ 'a"b': z.string().nullish(), "it's": z.int().optional(), in: z.boolean().optional() });
    await answering({ answer: odd }, { 'a"b': null, "it's": undefined, in: false, toString: 'no' });
    expect((await get()).text).to.equal('{"a\\"b":null,"in":false}');
  });

  it('has a field that needs a permission for those who hold it', async () => {
    await answering({ answer: note }, stored);
    const { body } = await get('author');
    expect(body).to.deep.equal({ ...shown, author: { name: 'Ada' }, parts: [{ text: 'one', secret: 'no' }] });
  });

  it('is an error in tests and development where it is something else than the schema says, named with its place', async () => {
    const cases: readonly (readonly [body: object, fault: string])[] = [
      [{ ...stored, author: undefined, parts: [], hash: 'no' }, 'hash is not in it'],
      [{ id: 'a', at: new Date(0), parts: [{ text: 'one', hash: 'no' }] }, 'parts.hash is not in it'],
      [{ id: 'a', at: new Date(0), parts: {} }, 'parts is not in it'],
      [{ id: { of: 'a' }, at: new Date(0), parts: [] }, 'id is not in it'],
      [{ id: 1, at: new Date(0), parts: [] }, 'at id'],
      [{ at: new Date(0), parts: [] }, 'at id'],
    ];
    for (const [body, fault] of cases) {
      await answering({ answer: note }, body, true);
      expect((await get()).status).to.equal(500);
      const said = host.log.map(({ facts }) => String((facts.error as Error | undefined)?.message)).join('\n');
      expect(said).to.include('GET /notes answers something else').and.to.include(fault);
      await host.close();
    }
    await answering({ answer: note }, { id: 'a', at: new Date(0), parts: [] }, true);
    expect((await get()).status).to.equal(200);
  });

  it('lets no object through in the place of a word, and no entity through a list', async () => {
    class Entity {
      id = 'a';
      hash = 'no';
    }
    await answering(
      { answer: z.object({ word: z.string().optional(), list: z.array(z.object({ id: z.string() })) }) },
      {
        word: new Entity(),
        list: [new Entity()],
      },
    );
    expect((await get()).body).to.deep.equal({ list: [{ id: 'a' }] });
  });

  it('takes choices, records, what may be null, and what contains itself', async () => {
    const tree = z.object({
      name: z.string(),
      get inside(): z.ZodArray<typeof tree> {
        return z.array(tree);
      },
    });
    const answer = z.object({
      choice: z.union([z.object({ image: z.string() }), z.object({ document: z.string() }), z.null()]),
      kind: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('a'), a: z.int() }),
        z.object({ kind: z.literal('b'), b: z.string() }),
      ]),
      byName: z.record(z.string(), z.object({ id: z.string() })),
      none: z.string().nullable(),
      tree,
    });
    await answering(
      { answer },
      {
        choice: { document: 'd', hash: 'no' },
        kind: { kind: 'b', b: 'x', a: 1 },
        byName: { one: { id: '1', hash: 'no' } },
        none: null,
        tree: { name: 'root', inside: [{ name: 'leaf', inside: [], hash: 'no' }] },
      },
    );
    expect((await get()).body).to.deep.equal({
      choice: { document: 'd' },
      kind: { kind: 'b', b: 'x' },
      byName: { one: { id: '1' } },
      none: null,
      tree: { name: 'root', inside: [{ name: 'leaf', inside: [] }] },
    });
  });

  it('is not given where the route declares none, and such a route does not start when it says that it answers JSON', async () => {
    await answering({}, stored);
    expect((await get()).status).to.equal(500);
    await host.close();
    await answering({ answer: 'bytes' }, stored);
    expect((await get()).status).to.equal(500);
    await host.close();
    await answering({ answers: 'json' }, stored);
    expect((await get()).status).to.equal(404);
    const said = host.routes.failures.map(({ error }) => (error as Error).message);
    expect(said.join()).to.include('answers JSON and does not declare what');
  });

  it('has no more in the events of a stream than their schema names, each for those who may read it', async () => {
    for (const [who, told] of [
      [undefined, shown],
      ['author', { ...shown, author: { name: 'Ada' }, parts: [{ text: 'one', secret: 'no' }] }],
    ] as const) {
      await answering({ answers: 'json', events: note }, Readable.from([{ event: 'note', data: stored }]));
      const { headers, text } = await get(who);
      expect(headers).to.include({ 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
      expect(text.split('\n')[0]).to.equal('event: note');
      expect(JSON.parse(text.split('\n')[1]?.replace('data: ', '') ?? '')).to.deep.equal(told);
      if (who === undefined) await host.close();
    }
  });

  it('is no stream of events where the route declares none, and no JSON where it declares events', async () => {
    host = await startHost({});
    host.routes.add('notes', '/notes', (router: Router) =>
      router.get('/', { access: 'public' }, (ctx) => {
        ctx.type = 'text/event-stream';
        ctx.body = Readable.from(['data: {"hash":"no"}\n\n'], { objectMode: false });
      }),
    );
    expect((await get()).text).not.to.include('hash');
    await host.close();
    await answering({ answers: 'json', events: note }, stored);
    expect((await get()).status).to.equal(500);
  });

  it('lets keys through that it does not name only where it says why, and to those with a permission', async () => {
    for (const answer of [z.looseObject({}), openAnswer('somebody else knows')]) {
      await answering({ answer }, stored);
      expect((await get()).status).to.equal(404);
      expect(host.routes.failures.map(({ error }) => (error as { code?: string }).code)).to.deep.equal(['route-undeclared']);
      await host.close();
    }
    host = await startHost({});
    host.routes.add('notes', '/notes', (router: Router) =>
      router.get('/', { access: { permission: 'notes.add-note' }, answer: openAnswer('somebody else knows') }, (ctx) => {
        ctx.body = { any: 'key' };
      }),
    );
    expect((await get('author')).body).to.deep.equal({ any: 'key' });
  });

  it('cannot be declared with a schema that changes values', async () => {
    await answering({ answer: z.object({ id: z.string().transform(Number) }) }, stored);
    expect((await get()).status).to.equal(404);
    expect(host.routes.failures.map(({ error }) => (error as { code?: string }).code)).to.deep.equal(['route-undeclared']);
  });
});
