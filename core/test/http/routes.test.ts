import { expect } from 'chai';
import supertest from 'supertest';
import { z } from 'zod';
import type { PortalError, Router } from '../../api/index.js';
import { as, eventually, startHost, type TestHost } from './test-host.js';

const says =
  (text: string) =>
  (router: Router): void =>
    router.get('/', { access: 'public' }, (ctx) => {
      ctx.body = text;
    });

describe('The routes of modules', () => {
  let host: TestHost;
  beforeEach(async () => {
    host = await startHost();
  });
  afterEach(() => host.close());

  const codes = (): string[] => host.routes.failures.map(({ module, error }) => `${module}: ${(error as PortalError).code}`);

  it('are found by prefix, in a site and on the instance', async () => {
    host.routes.add('notes', '/notes', says('instance'));
    host.routes.add('notes', '~/notes', says('site'));
    host.routes.add('notes', '~/notes/archive', says('archive'));
    host.routes.add('sites', '~', says('front page'));
    host.routes.add('sites', '/', says('root'));
    const texts = await Promise.all(
      ['/notes', '/notes/', '/web/home/notes', '/web/home/notes/archive', '/web/home', '/web/home/', '/'].map(
        async (path) => (await host.get(path)).text,
      ),
    );
    expect(texts).to.deep.equal(['instance', 'instance', 'site', 'archive', 'front page', 'front page', 'root']);
    for (const path of ['/web/home/other', '/other', '/archive']) expect((await host.get(path)).status, path).to.equal(404);
  });

  it('come and go while the portal stands', async () => {
    expect((await host.get('/notes')).status).to.equal(404);
    host.routes.add('notes', '/notes', says('one'));
    expect((await host.get('/notes')).text).to.equal('one');
    host.routes.withdraw('notes');
    expect((await host.get('/notes')).status).to.equal(404);
    host.routes.add('notes', '/notes', says('two'));
    expect((await host.get('/notes')).text).to.equal('two');
  });

  it('may lie within the segment of another module where the manifest says so', async () => {
    const declared: Readonly<Record<string, readonly string[]>> = {
      panel: ['/notes/log', '~/notes/log'],
      thief: ['/notes/list'],
    };
    const shared = await startHost({}, { prefixesOf: (module) => declared[module] ?? [] });
    try {
      const text = async (path: string): Promise<string | number> => {
        const answer = await shared.get(path);
        return answer.status === 200 ? answer.text : answer.status;
      };
      shared.routes.add('notes', '/notes', (router) => {
        for (const path of ['/', '/logs', '/list/all'])
          router.get(path, { access: 'public' }, (ctx) => {
            ctx.body = `notes ${path}`;
          });
      });
      shared.routes.add('panel', '/notes/log', says('log'));
      shared.routes.add('panel', '/notes/log/export', says('export'));
      shared.routes.add('panel', '~/notes/log', says('log of a site'));
      shared.routes.add('thief', '/notes/list', says('stolen'));
      shared.routes.add('thief', '/notes/other', says('not declared'));
      const paths = ['/notes', '/notes/log', '/notes/log/export', '/web/home/notes/log', '/notes/logs', '/notes/list/all'];
      expect(await Promise.all([...paths, '/notes/list', '/notes/other'].map(text))).to.deep.equal([
        'notes /',
        'log',
        'export',
        'log of a site',
        'notes /logs',
        'notes /list/all',
        404,
        404,
      ]);
      expect(shared.routes.failures.map(({ module }) => module)).to.deep.equal(['thief', 'thief']);
      shared.gate.set('panel', { kind: 'unavailable', retryAfter: 5, why: 'coming' });
      shared.routes.withdraw('panel');
      expect(await Promise.all(['/notes', '/notes/log', '/notes/logs'].map(text))).to.deep.equal(['notes /', 503, 'notes /logs']);
    } finally {
      await shared.close();
    }
  });

  it('go back to the module the segment is named after when it serves a declared prefix itself', async () => {
    const shared = await startHost({}, { prefixesOf: (module) => (module === 'panel' ? ['/notes/log'] : []) });
    try {
      shared.routes.add('panel', '/notes/log', says('panel'));
      expect((await shared.get('/notes/log')).text).to.equal('panel');
      shared.routes.add('notes', '/notes/log', says('notes'));
      expect((await shared.get('/notes/log')).text).to.equal('notes');
      expect(shared.routes.failures.map(({ module }) => module)).to.deep.equal(['panel']);
      shared.routes.withdraw('notes');
      expect((await shared.get('/notes/log')).text).to.equal('panel');
    } finally {
      await shared.close();
    }
  });

  it('win over parameters when they are written out, in whatever order they were added', async () => {
    host.routes.add('notes', '/notes', (router) => {
      router.get('/:id', { access: 'public', params: z.object({ id: z.string() }) }, (ctx) => {
        ctx.body = ctx.input.params.id;
      });
      router.get('/new', { access: 'public' }, (ctx) => {
        ctx.body = 'form';
      });
    });
    expect((await host.get('/notes/new')).text).to.equal('form');
    expect((await host.get('/notes/a%2Fb')).text).to.equal('a/b');
  });

  it('whose `when` does not hold are not there: no method, no sign-in, no other address is told', async () => {
    const secret = (router: Router): void => {
      router.get('/', { access: 'signed-in' }, (ctx) => {
        ctx.body = 'secret';
      });
      router.post('/', { access: { permission: 'notes.other' } }, () => undefined);
    };
    host.routes.add('notes', '/notes', says('open'));
    host.routes.add('notes', '/notes/secret', secret, { flag: 'sun' });
    const answers = async (): Promise<readonly number[]> => [
      (await host.get('/notes/secret').set('Accept', 'text/html')).status,
      (await host.get('/notes/secret').set(as('reader'))).status,
      (await host.post('/notes/secret')).status,
      (await host.post('/notes/secret', 'reader')).status,
      (await supertest(host.url).put('/notes/secret').set('Sec-Fetch-Site', 'same-origin')).status,
      (await host.get('/notes')).status,
    ];
    expect(await answers()).to.deep.equal([404, 404, 404, 404, 404, 200]);
    host.routes.flags.add('sun');
    expect(await answers()).to.deep.equal([303, 200, 401, 403, 405, 200]);
  });

  it('that ask for a permission in `when` are not there for others, guests too; those that ask for it in `access` send guests to sign in', async () => {
    host.routes.add('notes', '/notes', says('conditional'), { permission: 'notes.add-note' });
    host.routes.add('papers', '/papers', (router) =>
      router.get('/', { access: { permission: 'notes.add-note' } }, (ctx) => {
        ctx.body = 'declared';
      }),
    );
    const statuses = async (path: string): Promise<readonly number[]> => [
      (await host.get(path).set('Accept', 'text/html')).status,
      (await host.get(path).set(as('reader'))).status,
      (await host.get(path).set(as('author'))).status,
    ];
    expect(await statuses('/notes')).to.deep.equal([404, 404, 200]);
    expect(await statuses('/papers')).to.deep.equal([303, 404, 200]);
  });

  it('of one address may stand in for each other, each by its own `when`', async () => {
    host.routes.add('notes', '/notes', says('old'), { flag: 'old' });
    host.routes.add('notes', '/notes', says('new'), { flag: 'new' });
    expect((await host.get('/notes')).status).to.equal(404);
    host.routes.flags.add('new');
    expect((await host.get('/notes')).text).to.equal('new');
    host.routes.flags.add('old');
    expect((await host.get('/notes')).text).to.equal('old');
  });

  it('answer HEAD as they answer GET, without the body', async () => {
    host.routes.add('notes', '/notes', says('notes'));
    const { status, headers, text } = await supertest(host.url).head('/notes');
    expect([status, headers['content-length'], text]).to.deep.equal([200, '5', undefined]);
  });

  it('say which methods a path takes', async () => {
    host.routes.add('notes', '/notes', (router) => {
      router.get('/', { access: 'public' }, () => undefined);
      router.put('/', { access: 'public' }, () => undefined);
    });
    const { status, headers } = await host.post('/notes');
    expect([status, headers.allow]).to.deep.equal([405, 'GET, HEAD, PUT']);
  });

  it('do not start without a declaration, and the rest lives', async () => {
    const bad: ((router: Router) => void)[] = [
      (router) => router.get('/', undefined as never, () => undefined),
      (router) => router.get('/', {} as never, () => undefined),
      (router) => router.get('/', { access: 'everybody' } as never, () => undefined),
      (router) => router.get('/', { access: { permission: 3 } } as never, () => undefined),
      (router) => router.get('/:id', { access: 'public' }, () => undefined),
      (router) => router.get('/', { access: 'public' }, undefined as never),
      (router) => router.get('/', { access: 'public', body: z.object({}) }, () => undefined),
      (router) =>
        router.post('/', { access: 'public', body: z.object({}), multipart: { maxFiles: 1, maxFileBytes: 1 } }, () => undefined),
    ];
    bad.forEach((register, index) => {
      host.routes.add(`bad-${index}`, `/bad-${index}`, register);
    });
    host.routes.add('notes', '/notes', says('notes'));
    expect(codes()).to.deep.equal(bad.map((_, index) => `bad-${index}: route-undeclared`));
    expect(host.log.filter(({ message }) => message === 'Routes were refused.')).to.have.length(bad.length);
    expect((await host.get('/notes')).text).to.equal('notes');
    expect((await host.get('/bad-1')).status).to.equal(404);
  });

  it("cannot have a prefix that is malformed or the host's own", () => {
    for (const prefix of [
      '',
      'notes',
      '//notes',
      '/notes/',
      '~notes',
      '/assets',
      '/web/x',
      '/health',
      '/a b',
      '/../x',
      undefined as never,
    ]) {
      host.routes.add('notes', prefix, says('notes'));
    }
    host.routes.add('sites', '~', (router) => router.get('/more', { access: 'public' }, () => undefined));
    expect(new Set(codes())).to.deep.equal(new Set(['notes: route-prefix-invalid', 'sites: route-prefix-invalid']));
    expect(codes()).to.have.length(12);
  });

  it('belong to one module per first segment; the second gets it when the first is gone', async () => {
    host.routes.add('notes', '/notes', says('first'));
    host.routes.add('thief', '/notes/more', says('second'));
    expect(codes()).to.deep.equal(['thief: route-clash']);
    expect(String(host.routes.failures[0]?.error)).to.contain('/notes of module thief belongs to module notes already.');
    expect((await host.get('/notes/more')).status).to.equal(404);
    host.routes.withdraw('notes');
    expect((await host.get('/notes/more')).text).to.equal('second');
  });

  it('give way to the module that their first segment is named after', async () => {
    host.routes.add('other', '/notes', says('other'));
    host.routes.add('notes', '/notes', says('notes'));
    expect(codes()).to.deep.equal(['other: route-clash']);
    expect((await host.get('/notes')).text).to.equal('notes');
    host.routes.withdraw('notes');
    expect((await host.get('/notes')).text).to.equal('other');
    host.routes.add('notes', '/notes', says('notes again'));
    expect((await host.get('/notes')).text).to.equal('notes again');
  });

  it('that throw while they register take nobody along', async () => {
    host.routes.add('broken', '/broken', () => {
      throw new Error('no');
    });
    host.routes.add('notes', '/notes', says('notes'));
    expect((await host.get('/notes')).text).to.equal('notes');
    expect(host.routes.failures.map(({ module }) => module)).to.deep.equal(['broken']);
  });

  describe('behind the gate', () => {
    it('answer 503 with Retry-After while their module is away, 404 when it is disabled', async () => {
      host.routes.add('notes', '/pages', says('notes'));
      host.gate.set('notes', { kind: 'unavailable', retryAfter: 30, why: 'down' });
      const away = await host.get('/pages').set('Accept', 'application/json');
      expect([away.status, away.headers['retry-after'], away.body.error.code]).to.deep.equal([503, '30', 'module-unavailable']);
      host.routes.withdraw('notes');
      expect((await host.get('/pages')).status, 'withdrawn, by its last owner').to.equal(503);
      expect((await host.get('/notes')).status, 'never there, by the id').to.equal(503);
      host.gate.set('notes', { kind: 'absent' });
      expect((await host.get('/pages')).status).to.equal(404);
      expect((await host.get('/notes')).status).to.equal(404);
    });

    it('are looked up again after waiting for a module that starts', async () => {
      host.routes.add('notes', '/notes', says('old'));
      let open = (): void => undefined;
      host.gate.set(
        'notes',
        new Promise<void>((resolve) => {
          open = resolve;
        }),
      );
      const waiting = host.get('/notes').then(({ text }) => text);
      host.routes.withdraw('notes');
      host.routes.add('notes', '/notes', says('new'));
      open();
      expect(await waiting).to.equal('new');
    });

    it('keep their module until handler and answer are done', async () => {
      let finish = (): void => undefined;
      const finished = new Promise<void>((resolve) => {
        finish = resolve;
      });
      host.routes.add('notes', '/notes', (router) => {
        router.get('/', { access: 'public' }, async (ctx) => {
          await finished;
          ctx.body = 'done';
        });
        router.get('/broken', { access: 'public' }, () => {
          throw new Error('no');
        });
      });
      const running = host.get('/notes').then(({ text }) => text);
      await eventually(() => host.inside.get('notes') === 1);
      host.routes.withdraw('notes');
      finish();
      expect(await running).to.equal('done');
      await eventually(() => host.inside.get('notes') === 0);
    });

    it('leave exactly once: after an error, a 404, a 405 and a HEAD', async () => {
      host.routes.add('notes', '/notes', (router) => {
        router.get('/', { access: 'public' }, () => {
          throw new Error('no');
        });
      });
      await host.get('/notes');
      await host.get('/notes/unknown');
      await host.post('/notes');
      await supertest(host.url).head('/notes');
      await eventually(() => host.inside.get('notes') === 0);
    });

    it('keep their module while a client that left has its handler still running', async () => {
      let finish = (): void => undefined;
      const finished = new Promise<void>((resolve) => {
        finish = resolve;
      });
      host.routes.add('notes', '/notes', (router) => router.get('/', { access: 'public' }, () => finished));
      const controller = new AbortController();
      const gone = fetch(`${host.url}/notes`, { signal: controller.signal }).catch(() => 'gone');
      await eventually(() => host.inside.get('notes') === 1);
      controller.abort();
      expect(await gone).to.equal('gone');
      await eventually(() => host.log.some(({ facts }) => facts.status === 499));
      expect(host.inside.get('notes')).to.equal(1);
      finish();
      await eventually(() => host.inside.get('notes') === 0);
    });
  });
});
