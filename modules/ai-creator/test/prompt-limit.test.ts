import { cleanDescription } from '@portico/ai-providers/api';
import { createImagesSandbox } from '@portico/ai-sandbox/api';
import { expect } from 'chai';
import { type CreatorPortal, newKey, startCreatorPortal } from './creator-portal.js';

const api = '/web/home/ai-creator/api';
const words = (length: number): string =>
  'lighthouse '
    .repeat(Math.ceil(length / 11))
    .slice(0, length - 1)
    .padEnd(length, 'x');

describe('the longest description', () => {
  const page = async ({ visitor }: CreatorPortal): Promise<string> =>
    (await visitor.get('/web/home/ai-creator/create').set('Accept', 'text/html')).text;
  const ask = async ({ portal, visitor }: CreatorPortal, body: object) =>
    visitor
      .post(`${api}/generations`)
      .set({ Origin: portal.url, 'X-Portico-Csrf': await portal.csrf(visitor), 'Idempotency-Key': newKey() })
      .send(body);
  const told = async ({ visitor }: CreatorPortal): Promise<unknown> => {
    const { body } = await visitor.get(`${api}/openapi.json`);
    return body.paths['/generations'].post.requestBody.content['application/json'].schema.properties.description.maxLength;
  };

  describe('of OpenAI', () => {
    let creator: CreatorPortal;
    before(async () => {
      creator = await startCreatorPortal();
    });
    beforeEach(() => creator.sandbox.reset());
    after(() => creator.stop());

    it('is what its models take, in the form, for programs and in a terminal', async () => {
      expect(await page(creator)).to.contain('data-limit="32000"');
      expect(await told(creator)).to.equal(32_000);
      const long = words(32_001);
      const refused = await ask(creator, { description: long });
      expect([refused.status, Object.keys(refused.body.error.fields)]).to.deep.equal([400, ['description']]);
      expect(refused.body.error.fields.description).to.contain('32001').and.to.contain('32000');
      const command = await creator.portal.command(['images', 'create', '--site', 'home', '--description', long]);
      expect(command.exitCode).to.not.equal(0);
      expect(command.err).to.contain('32000');
      expect(creator.sandbox.requests).to.have.length(0);
    });

    it('arrives whole, and is remembered whole', async () => {
      const description = words(32_000);
      const { body, status } = await ask(creator, { description });
      expect(status, JSON.stringify(body)).to.equal(201);
      const generation = await creator.settled(body.id as string);
      expect(creator.sandbox.generations[0]?.body).to.include({ prompt: description });
      const added = await creator.addAll(generation);
      const report = await creator.visitor.get(`/web/home/documents-media/documents/${added.body.documents[0].id}/provenance`);
      expect(report.body.provenance.prompt).to.equal(description);
    });

    it('leaves room for the words of a style', async () => {
      const description = words(31_990);
      const refused = await creator.create({ description, style: 'Watercolor' });
      expect(refused.status).to.equal(400);
      expect(refused.body.error.fields.description).to.contain('words of the style Watercolor').and.to.contain('32000');
      expect((await creator.create({ description })).status).to.equal(201);
    });
  });

  it('is another one for another service', async () => {
    const sandbox = await createImagesSandbox({ dialect: 'ollama' });
    const environment = { PORTICO_SETTING_AI_CREATOR_SERVICE: 'ollama' };
    const creator = await startCreatorPortal({ sandbox, environment, key: '' });
    try {
      expect(await page(creator)).to.contain('data-limit="4000"');
      expect(await told(creator)).to.equal(4000);
      const refused = await creator.create({ description: words(4001) });
      expect(refused.body.error.fields.description).to.contain('4000');
    } finally {
      await creator.stop();
      await sandbox.close();
    }
  });

  it('is looked through whatever stands in it, also when it is nothing but beginnings of orders', () => {
    for (const piece of ['<a_b', '< ', '<lora:', `<${' '.repeat(50_000)}`, '<a_b x'])
      expect(cleanDescription(piece.repeat(Math.ceil(100_000 / piece.length))), piece).to.be.a('string');
    const nested = '<a_b>'.repeat(10_000) + '</a_b>'.repeat(10_000);
    expect(cleanDescription(nested)).to.equal(nested);
  });
});
