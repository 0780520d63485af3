import { expect } from 'chai';
import { type CreatorPortal, newKey, startCreatorPortal } from './creator-portal.js';

const base = '/web/home/ai-creator/api';

describe('creating images with a program', () => {
  let creator: CreatorPortal;
  before(async () => {
    creator = await startCreatorPortal();
  });
  beforeEach(() => creator.sandbox.reset());
  after(() => creator.stop());

  const post = async (path: string, body: object, key?: string) => {
    const request = creator.visitor
      .post(`${base}${path}`)
      .set({ Origin: creator.portal.url, 'X-Portico-Csrf': await creator.portal.csrf(creator.visitor) });
    return (key === undefined ? request : request.set('Idempotency-Key', key)).send(body);
  };
  const over = async (id: string) => {
    await creator.settled(id);
    return creator.visitor.get(`${base}/generations/${id}`);
  };

  it('asks, follows, adds and lists', async () => {
    const created = await post('/generations', { description: 'a small boat', count: 2 }, newKey());
    expect(created.status).to.equal(201);
    expect(created.body).to.include({ description: 'a small boat', size: '512x512', count: 2 });
    const followed = await over(created.body.id);
    expect(followed.body).to.include({ state: 'offered', isRunning: false, ready: 2 });
    const listed = await creator.visitor.get(`${base}/generations?limit=5`);
    expect(listed.body.generations[0].id).to.equal(created.body.id);
    const [first, second] = followed.body.images as { id: string }[];
    const added = await post('/images', { images: [{ id: first?.id, name: 'boat', altText: 'A boat.' }, { id: second?.id }] });
    expect(added.body.documents.map(({ name }: { name: string }) => name)).to.deep.equal(['boat.png', 'a-small-boat-2.png']);
    expect((await creator.visitor.get(`${base}/generations/${created.body.id}`)).body.state).to.equal('saved');
  });

  it('gives the same answer for the same key and body, 409 for another body, and makes one request upstream', async () => {
    const key = newKey();
    const body = { description: 'a kite', size: '256x256' };
    const answers = await Promise.all(Array.from({ length: 10 }, () => post('/generations', body, key)));
    await over(answers[0]?.body.id);
    answers.push(await post('/generations', body, key));
    for (const answer of answers) expect([answer.status, answer.body]).to.deep.equal([201, answers[0]?.body]);
    const other = await post('/generations', { ...body, count: 2 }, key);
    expect([other.status, other.body.error.code]).to.deep.equal([409, 'generation-differs']);
    expect(other.body.error.message).to.contain('This Idempotency-Key was sent before with another body.');
    expect(creator.sandbox.generations).to.have.length(1);
  });

  it('refuses a request without a key, and says which values are wrong', async () => {
    const keyless = await post('/generations', { description: 'x' });
    expect([keyless.status, keyless.body.error.code]).to.deep.equal([400, 'no-idempotency-key']);
    const wrong = await post('/generations', { description: 'x', count: 9, more: 1 }, newKey());
    expect([wrong.status, wrong.body.error.code]).to.deep.equal([400, 'invalid-input']);
    expect(creator.sandbox.requests).to.have.length(0);
  });

  it('cancels, and says whether it may be charged', async () => {
    creator.sandbox.next('stall-before-headers');
    const { id } = (await post('/generations', { description: 'a wall' }, newKey())).body as { id: string };
    for (let tries = 0; creator.sandbox.generations.length === 0 && tries < 200; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect((await post(`/generations/${id}/cancel`, {})).body).to.include({ cancelled: true, maybeCharged: true });
  });

  it('knows nothing of what belongs to others, and asks guests who they are', async () => {
    const { id } = (await post('/generations', { description: 'mine' }, newKey())).body as { id: string };
    const image = (await over(id)).body.images[0].id as string;
    const other = await creator.portal.signIn();
    expect((await other.get(`${base}/generations/${id}`)).status).to.equal(404);
    const csrf = await creator.portal.csrf(other);
    const add = await other
      .post(`${base}/images`)
      .set({ Origin: creator.portal.url, 'X-Portico-Csrf': csrf })
      .send({ images: [{ id: image }] });
    expect(add.status).to.equal(404);
    expect((await creator.portal.agent().get(`${base}/generations`)).status).to.equal(401);
  });

  it('takes an API token as far as it reaches', async () => {
    const token = async (scopes: readonly string[]): Promise<string> => {
      const { text } = await creator.portal.post(creator.visitor, '/account/tokens', { name: 'Night job', days: '30', scopes });
      return /id="created-token" value="([^"]+)"/.exec(text)?.[1] ?? '';
    };
    const ask = (bearer: string) =>
      creator.portal
        .agent()
        .post(`${base}/generations`)
        .set({ Authorization: `Bearer ${bearer}`, 'Idempotency-Key': newKey() })
        .send({ description: 'made at night' });
    const whole = await token(['ai-creator.create-images', 'documents-media.add-document', 'documents-media.view-documents']);
    const made = await ask(whole);
    expect(made.status).to.equal(201);
    expect((await over(made.body.id)).body.state).to.equal('offered');
    const narrow = await token(['ai-creator.create-images']);
    const add = { images: [{ id: (await over(made.body.id)).body.images[0].id }] };
    const adding = creator.portal.agent().post(`${base}/images`).set('Authorization', `Bearer ${narrow}`).send(add);
    for (const { status, headers, body } of [await ask(narrow), await adding]) {
      expect([status, body.error.code]).to.deep.equal([403, 'insufficient-scope']);
      expect(body.error.message).to.equal('This API token lacks the scope documents-media.add-document.');
      expect(headers['www-authenticate']).to.equal(
        'Bearer error="insufficient_scope", scope="documents-media.add-document ai-creator.create-images"',
      );
    }
    expect((await ask(await token(['documents-media.view-documents']))).body.error.missing).to.deep.equal([
      'ai-creator.create-images',
    ]);
    expect((await ask('portico_nobody-knows-this-token-at-all')).status).to.equal(401);
  });

  it('tells in an OpenAPI file what it does, from the schemas that the routes check', async () => {
    const { body } = await creator.visitor.get(`${base}/openapi.json`);
    expect([body.openapi, body.servers[0].url]).to.deep.equal(['3.1.0', base]);
    const told = Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(told.sort()).to.deep.equal([
      'get /files/{id}',
      'get /generations',
      'get /generations/{id}',
      'get /images/{id}',
      'post /generations',
      'post /generations/{id}/cancel',
      'post /images',
    ]);
    const create = body.paths['/generations'].post;
    const { error } = create.responses['403'].content['application/json'].schema.properties;
    expect(error.properties.missing).to.include({ type: 'array' });
    expect(create.parameters[0]).to.include({ name: 'Idempotency-Key', required: true });
    expect(create.requestBody.content['application/json'].schema.properties.count).to.include({ minimum: 1, maximum: 4 });
    expect(create.requestBody.content['application/json'].schema.required).to.deep.equal(['description']);
  });

  it('does the same from a terminal: list, show, add, cancel', async () => {
    const { body } = await creator.create({ description: 'from a terminal', count: '2' });
    await creator.settled(body.id);
    const as = ['--site', 'home', '--as', 'ada@portico.example'];
    const run = (...words: string[]) => creator.portal.command(['images', ...words, ...as]);
    expect((await run('list')).out).to.contain(`${body.id}  offered  2/2  from a terminal`);
    expect((await run('show', body.id)).out).to.match(/^offered: 2 images are ready\.[\s\S]*waiting {2}from-a-terminal-2\.png/);
    expect((await run('cancel', body.id)).out.trim()).to.equal('It was over already.');
    const added = await run('add', body.id, '--folder', 'Terminal');
    expect([added.exitCode, added.out.trim().split('\n').length]).to.deep.equal([0, 2]);
    const again = await run('add', body.id);
    expect([again.exitCode, again.err.includes('waits to be added')]).to.deep.equal([1, true]);
    expect((await creator.portal.command(['images', 'show', body.id, '--site', 'home'])).exitCode).to.equal(1);
  });
});
