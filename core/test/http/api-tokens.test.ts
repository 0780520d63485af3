import { expect } from 'chai';
import supertest from 'supertest';
import { z } from 'zod';
import type { Router } from '../../api/index.js';
import { maskToken } from '../../http/csrf.js';
import { callers, startHost, type TestHost } from './test-host.js';

const [author, narrow, reader] = [...callers.keys()] as [string, string, string];
const unknown = `portico_${'x'.repeat(43)}`;
const access = { permission: 'notes.add-note' } as const;
const anything = z.record(z.string(), z.unknown());

describe('A route that takes API tokens', () => {
  let host: TestHost;
  before(async () => {
    host = await startHost();
    host.routes.add('notes', '/notes', (router) => {
      router.post(
        '/',
        { access, answers: 'json', answer: anything, apiToken: true, body: z.strictObject({ text: z.string() }) },
        (ctx) => {
          ctx.body = {
            text: ctx.input.body.text,
            person: ctx.access.person?.id,
            token: ctx.access.token?.name,
            session: ctx.session !== undefined,
            other: ctx.access.can('notes.other'),
          };
        },
      );
      router.get('/', { access, answers: 'json', answer: anything, apiToken: true }, (ctx) => {
        ctx.body = { person: ctx.access.person?.id };
      });
      router.post('/page', { access, answers: 'json', answer: anything }, (ctx) => {
        ctx.body = {};
      });
      router.get('/open', { access: 'public', answer: anything }, (ctx) => {
        ctx.body = { person: ctx.access.person?.id ?? 'guest' };
      });
    });
  });
  after(() => host.close());

  const post = (path: string, token: string): supertest.Test =>
    supertest(host.url).post(path).set('Authorization', `Bearer ${token}`).send({ text: 'hello' });

  it('lets its person in without a session and without a token of changes', async () => {
    const answer = await post('/notes', author);
    expect([answer.status, answer.headers['cache-control']]).to.deep.equal([200, 'no-store']);
    expect(answer.body).to.deep.equal({ text: 'hello', person: 'author', token: 'Deployments', session: false, other: false });
    expect(answer.headers['set-cookie']).to.equal(undefined);
  });

  it('goes no further than the scopes of the token, nor than the person', async () => {
    const answer = await post('/notes', reader);
    expect([answer.status, answer.body.error.code]).to.deep.equal([403, 'forbidden']);
    const read = await supertest(host.url).get('/notes').set('Authorization', `Bearer ${reader}`);
    expect(read.status).to.equal(404);
  });

  it('names the scope that a token lacks of what its person may do', async () => {
    const get = supertest(host.url).get('/notes').set('Authorization', `Bearer ${narrow}`);
    for (const { status, headers, body } of [await post('/notes', narrow), await get]) {
      expect([status, headers['www-authenticate']]).to.deep.equal([
        403,
        'Bearer error="insufficient_scope", scope="notes.add-note"',
      ]);
      expect(body.error).to.deep.include({ code: 'insufficient-scope', missing: ['notes.add-note'] });
      expect(body.error.message).to.equal('This API token lacks the scope notes.add-note.');
    }
  });

  it('says how programs sign in, and when a token is no good', async () => {
    expect((await supertest(host.url).get('/notes')).headers['www-authenticate']).to.equal('Bearer');
    expect((await post('/notes', unknown)).headers['www-authenticate']).to.equal('Bearer error="invalid_token"');
    expect((await supertest(host.url).post('/notes/page').send({})).headers['www-authenticate']).to.equal(undefined);
  });

  it('refuses a token it does not know, even beside a good session', async () => {
    const answer = await post('/notes', unknown)
      .set('Cookie', 'portico=author-token')
      .set('X-Portico-Csrf', maskToken('author-csrf'))
      .set('Sec-Fetch-Site', 'same-origin');
    expect([answer.status, answer.body.error.code]).to.deep.equal([401, 'api-token-invalid']);
  });

  it('lets the token decide, not the session beside it', async () => {
    const answer = await post('/notes', narrow).set('Cookie', 'portico=author-token').set('Sec-Fetch-Site', 'same-origin');
    expect(answer.status).to.equal(403);
  });

  it('still takes a session, with its token of changes only', async () => {
    expect((await host.post('/notes', 'author').send({ text: 'hello' })).body.session).to.equal(true);
    const without = await supertest(host.url)
      .post('/notes')
      .set('Cookie', 'portico=author-token')
      .set('Sec-Fetch-Site', 'same-origin')
      .send({ text: 'hello' });
    expect([without.status, without.body.error.code]).to.deep.equal([403, 'csrf-invalid']);
  });

  it('is the only kind of route where a token counts', async () => {
    const page = await post('/notes/page', author);
    expect([page.status, page.body.error.code]).to.deep.equal([401, 'api-token-not-taken']);
    expect(page.body.error.message).to.equal('This address takes no API token: only people who have signed in use it.');
    expect(page.headers['www-authenticate']).to.include('error="invalid_token"').and.to.include('No API token is taken here');
    const open = await supertest(host.url).get('/notes/open').set('Authorization', `Bearer ${author}`);
    expect(open.body).to.deep.equal({ person: 'guest' });
  });

  it('leaves bearers of others alone', async () => {
    const answer = await post('/notes', 'eyJhbGciOi.from-a-proxy.x').set('Cookie', 'portico=author-token');
    expect(answer.status).to.equal(403);
    expect(
      (await supertest(host.url).get('/notes').set('Authorization', 'Basic YTpi').set('Cookie', 'portico=author-token')).status,
    ).to.equal(200);
  });

  it('belongs to one module each under /api, which all modules share', async () => {
    for (const module of ['first', 'second']) {
      host.routes.add(module, `/api/${module}`, (router) => {
        router.get('/', { access, answers: 'json', answer: anything, apiToken: true }, (ctx) => {
          ctx.body = { module };
        });
      });
      const answer = await supertest(host.url).get(`/api/${module}`).set('Authorization', `Bearer ${author}`);
      expect(answer.body).to.deep.equal({ module });
    }
    expect((await supertest(host.url).get('/api/third').set('Authorization', `Bearer ${author}`)).status).to.equal(404);
    expect((await supertest(host.url).get('/api')).status).to.equal(404);
  });

  it('is not there, good token or not, while its `when` does not hold, and counts the permissions of the token', async () => {
    const read = (router: Router): void =>
      router.get('/', { access, answers: 'json', answer: anything, apiToken: true }, (ctx) => {
        ctx.body = { person: ctx.access.person?.id };
      });
    host.routes.add('moon', '/moon', read, { flag: 'moon', permission: 'notes.add-note' });
    const statuses = (): Promise<readonly number[]> =>
      Promise.all(
        [author, reader, unknown].map(
          async (token) => (await supertest(host.url).get('/moon').set('Authorization', `Bearer ${token}`)).status,
        ),
      );
    expect(await statuses()).to.deep.equal([404, 404, 404]);
    host.routes.flags.add('moon');
    expect(await statuses()).to.deep.equal([200, 404, 401]);
  });

  it('is refused without a permission or without JSON answers', () => {
    host.routes.add('wrong', '/wrong', (router) =>
      router.get('/', { access: 'signed-in', answers: 'json', answer: anything, apiToken: true }, () => {}),
    );
    host.routes.add('wrong', '/wrong', (router) => router.get('/', { access, apiToken: true }, () => {}));
    expect(host.routes.failures.map(({ error }) => (error as { code?: string }).code)).to.deep.equal([
      'route-undeclared',
      'route-undeclared',
    ]);
  });
});
