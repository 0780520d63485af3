import { createImagesSandbox, type ImagesSandbox } from '@portico/ai-sandbox/api';
import { AuditLog, UnitOfWork } from '@portico/core';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { expect } from 'chai';
import sharp from 'sharp';
import { type ImagePlace, startImagePlace } from './faults/image-place.js';
import { must } from './journeys/image-portal.js';
import { signInAt } from './support/portal-process.js';

const base = '/web/home/ai-creator/api';
const author = { email: 'author@portico.example', password: 'painted in plain words' };
const scopes = ['ai-creator.create-images', 'documents-media.add-document', 'documents-media.view-documents'];

interface Described {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, { readonly schema: object }>> }>>;
}

interface Asked {
  readonly body?: object;
  readonly key?: string;
  readonly bearer?: string;
}

interface Answered {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what a program reads is checked against the file, not by types.
  readonly body: any;
  readonly bytes: Buffer;
}

describe('the images API', function () {
  this.timeout(60_000);
  let sandbox: ImagesSandbox;
  let creating: ImagePlace;
  let token: string;
  let paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  let file: object;
  /** Operations and the statuses with which they answered. */
  const seen = new Set<string>();
  const compiled = new Map<string, ValidateFunction>();

  before(async () => {
    sandbox = await createImagesSandbox({ keys: 'any' });
    creating = await startImagePlace(sandbox.url, { breakerSeconds: 1 });
    const { portal } = creating;
    await must(
      portal,
      ['users', 'add', '--email', author.email, '--name', 'Ada Author', '--role', 'Author', '--site', 'home'],
      author.password,
    );
    token = await newToken(scopes);
    const answer = await fetch(`${portal.url}${base}/openapi.json`, { headers: { Authorization: `Bearer ${token}` } });
    file = (await answer.json()) as object;
    paths = (file as { paths: typeof paths }).paths;
  });
  beforeEach(() => sandbox.reset());
  after(async () => {
    await creating.portal.stop();
    await sandbox.close();
  });

  async function newToken(reach: readonly string[]): Promise<string> {
    const { portal } = creating;
    const fields = new URLSearchParams([['name', 'Night job'], ['days', '30'], ...reach.map((scope) => ['scopes', scope])]);
    const headers = { ...(await signInAt(portal.url, author)), Accept: 'text/html' };
    const page = await (await fetch(`${portal.url}/account/tokens`, { method: 'POST', headers, body: fields })).text();
    return /id="created-token" value="([^"]+)"/.exec(page)?.[1] ?? '';
  }

  /** Asks an operation, and holds the answer against what the file says of it. */
  async function ask(method: 'get' | 'post', path: string, { body, key, bearer = token }: Asked = {}): Promise<Answered> {
    const answer = await fetch(`${creating.portal.url}${base}${path}`, {
      method,
      headers: {
        ...(bearer !== '' && { Authorization: `Bearer ${bearer}` }),
        ...(body && { 'Content-Type': 'application/json' }),
        ...(key !== undefined && { 'Idempotency-Key': key }),
      },
      body: body && JSON.stringify(body),
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
    const place = Object.keys(paths).find((known) =>
      new RegExp(`^${known.replace(/\{\w+\}/g, '[^/]+')}$`).test(path.split('?')[0] ?? ''),
    );
    const operation = paths[place ?? '']?.[method];
    const described = operation?.responses[String(answer.status)];
    expect(
      described,
      `${method} ${path} answers ${answer.status}, which its file does not know: ${bytes.subarray(0, 300)}`,
    ).to.not.equal(undefined);
    const schema = described?.content[type]?.schema;
    expect(schema, `${method} ${path} answers ${answer.status} with ${type}`).to.not.equal(undefined);
    seen.add(`${operation?.operationId} ${answer.status}`);
    const said: unknown = type === 'application/json' ? JSON.parse(bytes.toString()) : undefined;
    if (said !== undefined) {
      const name = `${operation?.operationId} ${answer.status}`;
      const check = compiled.get(name) ?? formats.default(new Ajv2020({ strict: false, allErrors: true })).compile(schema ?? {});
      compiled.set(name, check);
      expect(check(said), `${name}: ${JSON.stringify(check.errors)}`).to.equal(true);
    }
    return { status: answer.status, headers: answer.headers, body: said, bytes };
  }

  const create = (description: string, more: object = {}): Promise<Answered> =>
    ask('post', '/generations', { body: { description, ...more }, key: crypto.randomUUID() });

  async function over(id: string): Promise<Answered> {
    for (let turn = 0; turn < 1000; turn += 1) {
      const answer = await ask('get', `/generations/${id}`);
      if (!answer.body.isRunning) return answer;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`The generation ${id} does not settle.`);
  }

  it('is described by a file that is OpenAPI', async () => {
    const result = await new Validator().validate(JSON.parse(JSON.stringify(file)));
    expect(result.errors ?? [], 'errors of the validator').to.deep.equal([]);
    expect(result.valid).to.equal(true);
  });

  it('makes, lists, shows and adds images with nothing but a token, and answers what its file says', async () => {
    const made = await create('a night train', { count: 2, size: '256x256' });
    expect(made.status).to.equal(201);
    const { body } = await over(made.body.id);
    expect(body).to.include({ state: 'offered', ready: 2 });
    for (const { href } of body.images) {
      const picture = await ask('get', href.slice(base.length));
      expect(picture.headers.get('content-type')).to.equal('image/png');
      expect(await sharp(picture.bytes).metadata()).to.include({ width: 256, height: 256 });
    }
    const added = await ask('post', '/images', {
      body: { images: [{ id: body.images[0].id, name: 'train', altText: 'A train.' }] },
    });
    expect(added.body.documents).to.have.length(1);
    const partly = await ask('post', '/images', { body: { images: body.images.map(({ id }: { id: string }) => ({ id })) } });
    expect([partly.status, partly.body.documents.length]).to.deep.equal([200, 2]);
    expect((await ask('post', `/generations/${made.body.id}/cancel`)).body.cancelled).to.equal(false);
    sandbox.next('not-an-image');
    const odd = await over((await create('no picture')).body.id);
    expect([odd.body.problem.code, odd.body.unreadable.length]).to.deep.equal(['invalid-response', 1]);
    const kept = await ask('get', odd.body.unreadable[0].href.slice(base.length));
    expect([kept.status, kept.bytes.toString()]).to.deep.equal([200, 'This is a letter, not a picture.']);
    sandbox.next('moderation-blocked');
    expect((await over((await create('declined')).body.id)).body.problem.code).to.equal('declined');
  });

  it('refuses what its file says it refuses, with a code', async () => {
    const codes: string[] = [];
    const refused = async (answer: Promise<Answered>): Promise<void> => {
      const { status, body } = await answer;
      codes.push(`${status} ${body.error.code}`);
    };
    const narrow = await newToken(['documents-media.view-documents']);
    const { id } = (await create('once')).body;
    const key = crypto.randomUUID();
    await ask('post', '/generations', { body: { description: 'one' }, key });
    await refused(ask('post', '/generations', { body: { description: 'two' }, key }));
    await refused(ask('post', '/generations', { body: { description: 'no key' } }));
    await refused(create('too many', { count: 9 }));
    await refused(create('nowhere', { folder: 'nowhere' }));
    await refused(ask('get', '/generations?limit=1000'));
    await refused(ask('post', '/images', { body: { images: [] } }));
    await refused(ask('post', '/generations', { body: { description: 'x' }, key: 'a-key-of-8', bearer: narrow }));
    for (const path of ['/generations', `/generations/${id}`, `/images/${id}`]) {
      await refused(ask('get', path, { bearer: 'portico_nobody-knows-this-token-at-all' }));
    }
    expect(codes).to.deep.equal([
      '409 generation-differs',
      '400 no-idempotency-key',
      '400 invalid-input',
      '404 not-found',
      '400 invalid-input',
      '400 invalid-input',
      '403 insufficient-scope',
      '401 api-token-invalid',
      '401 api-token-invalid',
      '401 api-token-invalid',
    ]);
  });

  it('gives the picture to its author alone, and to a token only as far as it reaches', async () => {
    const { body } = await over((await create('a secret garden')).body.id);
    const path = body.images[0].href.slice(base.length);
    const narrow = await newToken(['documents-media.view-documents']);
    for (const place of [path, '/images/nobody-knows-this']) {
      const elsewhere = await fetch(`${creating.portal.url}${base}${place}`, { headers: { Authorization: `Bearer ${narrow}` } });
      expect(elsewhere.status, 'whether it is there or not').to.equal(403);
    }
    const foreign = await fetch(`${creating.portal.url}${base}${path}`, { headers: creating.client.headers });
    expect(foreign.status).to.equal(404);
    const screen = await fetch(`${creating.portal.url}/web/home/ai-creator/images/${body.images[0].id}`, {
      headers: { Authorization: `Bearer ${token}` },
      redirect: 'manual',
    });
    expect(screen.status, 'tokens are for programs').to.not.equal(200);
  });

  it('answers 404 on every route for what is foreign, unknown or expired', async () => {
    const { client } = creating;
    const foreign = await client.settled(await client.create('of the administrator'));
    for (const id of [foreign.id, '0190a1b2-0000-7000-8000-000000000000', 'x']) {
      expect((await ask('get', `/generations/${id}`)).status).to.equal(404);
      expect((await ask('post', `/generations/${id}/cancel`)).status).to.equal(404);
    }
    for (const id of [foreign.images[0]?.id ?? '', 'x']) {
      expect((await ask('get', `/images/${id}`)).status).to.equal(404);
      expect((await ask('get', `/files/${id}`)).status).to.equal(404);
      expect((await ask('post', '/images', { body: { images: [{ id }] } })).status).to.equal(404);
    }
    const { body } = await over((await create('soon expired')).body.id);
    await expire(body.id);
    expect((await ask('get', `/generations/${body.id}`)).status).to.equal(404);
    expect((await ask('post', `/generations/${body.id}/cancel`)).status).to.equal(404);
    expect((await ask('get', `/images/${body.images[0].id}`)).status).to.equal(404);
    expect((await ask('post', '/images', { body: { images: [{ id: body.images[0].id }] } })).status).to.equal(404);
    expect((await ask('get', '/generations?limit=50')).body.generations.map(({ id }: { id: string }) => id)).to.not.include(
      body.id,
    );
    const screens = [
      `generations/${body.id}`,
      `generations/${body.id}/status`,
      `generations/${body.id}/events`,
      `images/${body.images[0].id}`,
    ];
    const headers = await signInAt(creating.portal.url, author);
    for (const path of screens) {
      const answer = await fetch(`${creating.portal.url}/web/home/ai-creator/${path}`, { headers });
      expect(answer.status, path).to.equal(404);
    }
    for (const action of ['cancel', 'retry', 'discard']) {
      const answer = await fetch(`${creating.portal.url}/web/home/ai-creator/generations/${body.id}/${action}`, {
        method: 'POST',
        headers,
        body: new URLSearchParams(action === 'retry' ? { idempotencyKey: crypto.randomUUID() } : {}),
      });
      expect(answer.status, action).to.equal(404);
    }
  });

  it('lists page by page, each once', async () => {
    for (let number = 0; number < 5; number += 1) await over((await create(`page ${number}`)).body.id);
    const all: string[] = [];
    let next: string | undefined;
    for (let page = 0; page < 50; page += 1) {
      const { body } = await ask('get', `/generations?limit=2${next === undefined ? '' : `&after=${next}`}`);
      expect(body.generations.length).to.be.lessThan(3);
      all.push(...body.generations.map(({ id }: { id: string }) => id));
      next = body.next;
      if (next === undefined) break;
    }
    const whole = (await ask('get', '/generations?limit=50')).body.generations.map(({ id }: { id: string }) => id);
    expect(all).to.deep.equal(whole);
    expect(all.length).to.be.greaterThan(4);
  });

  it('is held to the budgets of the screen, and says when to ask again', async () => {
    const { client } = creating;
    const budget = { target: 'each-person', unit: 'images', period: 'day', softLimit: '', hardLimit: '1' };
    await client.post('/ai-creator/budgets', budget);
    try {
      const refused = await create('one too many');
      expect([refused.status, refused.body.error.code]).to.deep.equal([429, 'ai-creator-budget']);
      expect(Number(refused.headers.get('retry-after'))).to.be.greaterThan(0);
      expect(sandbox.generations).to.have.length(0);
    } finally {
      await forgetBudgets();
    }
  });

  it('answers a key that it knows the same, whatever stands in the way of a new one by now', async () => {
    sandbox.next('invalid-api-key');
    const key = crypto.randomUUID();
    const body = { description: 'refused upstream' };
    const first = await ask('post', '/generations', { body, key });
    await over(first.body.id);
    const refused = await create('another one');
    expect([refused.status, refused.body.error.code]).to.deep.equal([503, 'ai-creator-refused']);
    expect(Number(refused.headers.get('retry-after'))).to.be.greaterThan(0);
    const again = await ask('post', '/generations', { body, key });
    expect([again.status, again.body]).to.deep.equal([201, first.body]);
    expect(sandbox.generations).to.have.length(1);
    await must(creating.portal, ['settings', 'get', 'ai-creator.enabled']);
    await creating.client.post('/ai-creator/service/breakers/instance/close');
  });

  it('leaves a record of what a program made and added, with the name of its token and without the description', async () => {
    const { body } = await over((await create('a canary for the record')).body.id);
    await ask('post', '/images', { body: { images: [{ id: body.images[0].id }] } });
    const audit = creating.portal.service(AuditLog);
    const of = async (subject: string, attribute: string) =>
      (await audit.list({ area: 'ai-creator', subject, attribute }, undefined, 5)).records.map(({ action, after, by, via }) => ({
        action,
        after,
        by: by.name,
        via,
      }));
    const by = 'Ada Author (token Night job)';
    expect(await of('generation', body.id)).to.deep.equal([
      { action: 'created', after: { size: '512x512', count: 1 }, by, via: 'api' },
    ]);
    const [record] = await of('image', body.images[0].id);
    expect(record).to.include({ action: 'added', by, via: 'api' });
  });

  it('was seen to answer in every way that its file names', () => {
    const told = Object.values(paths).flatMap((methods) =>
      Object.values(methods).flatMap(({ operationId, responses }) =>
        Object.keys(responses).map((status) => `${operationId} ${status}`),
      ),
    );
    const operations = new Set(told.map((name) => name.split(' ')[0]));
    expect(new Set([...seen].map((name) => name.split(' ')[0]))).to.deep.equal(operations);
    const successes = told.filter((name) => / 2\d\d$/.test(name));
    expect(successes.filter((name) => !seen.has(name))).to.deep.equal([]);
  });

  async function expire(id: string): Promise<void> {
    await creating.portal
      .service(UnitOfWork)
      .write((transaction) =>
        transaction.query("UPDATE ai_creator_generation SET expires_at = '2020-01-01T00:00:00.000Z' WHERE id = ?", [id]),
      );
  }

  async function forgetBudgets(): Promise<void> {
    const { client, portal } = creating;
    const page = await (
      await fetch(`${portal.url}/ai-creator/budgets`, { headers: { ...client.headers, Accept: 'text/html' } })
    ).text();
    for (const [, id] of page.matchAll(/budgets\/([\w-]+)\/remove/g)) await client.post(`/ai-creator/budgets/${id}/remove`);
  }
});
