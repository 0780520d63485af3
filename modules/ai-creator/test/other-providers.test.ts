import { resolve } from 'node:path';
import type { TestPortal } from '@portico/core/testing';
import { startTestPortal } from '@portico/core/testing';
import { expect } from 'chai';
import type { Response } from 'supertest';

const folder = resolve(import.meta.dirname, '../../test/fixtures/engraver');
const page = '/configuration/instance-settings/ai-creator';
const openAiKey = 'sk-that-belongs-to-openai';
const engraverKey = 'eng-between-copper-and-paper';

describe('a provider of another module', () => {
  let portal: TestPortal;
  let admin: Awaited<ReturnType<TestPortal['signIn']>>;

  const run = async (args: readonly string[], stdin?: string): Promise<string> => {
    const { exitCode, out, err } = await portal.command(args, stdin);
    expect([exitCode, err], args.join(' ')).to.deep.equal([0, '']);
    return out;
  };
  const create = () => portal.command(['images', 'create', '--site', 'home', '--description', 'a harbour', '--count', '1']);
  const press = async (action: string, fields: object = {}): Promise<Response> =>
    admin
      .post(page)
      .set('Origin', portal.url)
      .set('X-Portico-Csrf', await portal.csrf(admin))
      .set('Accept', 'application/json')
      .type('form')
      .send({ 'form.action': `ai-creator/${action}`, ...fields });
  const keys = (): readonly unknown[] => (globalThis as { engraverKeys?: readonly unknown[] }).engraverKeys ?? [];
  const choose = (id: string) => run(['settings', 'set', 'ai-creator.service', id]);

  before(async () => {
    portal = await startTestPortal({ flags: { 'LPD-10793': true }, config: { modulePaths: ['modules', folder] } });
    admin = await portal.signIn();
    await run(['settings', 'set', 'ai-creator.enabled', 'on']);
    await run(['settings', 'set', 'ai-creator.apiKey', '-'], openAiKey);
  });
  beforeEach(() => Object.assign(globalThis, { engraverKeys: [] }));
  after(() => portal.stop());

  it('is asked only when somebody chooses it, and needs the key of its own module', async () => {
    expect(await run(['settings', 'get', 'ai-creator.service'])).to.contain('OpenAI');
    await choose('engraver');
    expect((await create()).err, 'the key of OpenAI is none of its own').to.contain('No API key is set');
    expect((await portal.command(['settings', 'set', 'ai-creator.engraverKey', '-'], 'wrong')).err).to.contain(
      'A key of the engraver begins with eng.',
    );
    await run(['settings', 'set', 'ai-creator.engraverKey', '-'], engraverKey);
    expect((await create()).err).to.contain('The copper is used up.');
    expect(keys()).to.deep.equal([engraverKey]);
  });

  it('stops with its key, and has its own help told', async () => {
    expect((await create()).exitCode).to.equal(1);
    expect(keys(), 'the key was refused before').to.deep.equal([]);
    const service = (await admin.get('/ai-creator/service').set('Accept', 'text/html')).text;
    expect(service).to.contain('https://engraver.example/copper').and.to.not.contain('platform.openai.com');
    await run(['settings', 'set', 'ai-creator.engraverKey', '-'], `${engraverKey}-2`);
    await create();
    expect(keys(), 'another key is another account').to.deep.equal([`${engraverKey}-2`]);
  });

  it('is named in what to do about failures, and OpenAI is not', async () => {
    const catalog = (await admin.get('/ai-creator/errors').set('Accept', 'text/html')).text;
    expect(catalog).to.match(/Verify the organization with (?!OpenAI)/);
    expect(catalog).to.not.contain('PORTICO_OPENAI_BASE_URL').and.to.not.contain('with OpenAI');
  });

  it('is tried with the key that is typed beside its own field', async () => {
    const { text } = await admin.get(page).set('Accept', 'text/html');
    expect(text).to.contain('id="setting-engraverKey-test-connection"').and.to.contain('Engraver Key');
    expect(text).to.not.contain('id="setting-apiKey-test-connection"');
    const { body } = await press('test-connection', { engraverKey: 'eng-typed-and-not-stored' });
    expect(body.kind, JSON.stringify(body)).to.equal('success');
    expect(body.findings[1].title).to.equal('Engraver Key');
    expect(keys()).to.deep.equal(['eng-typed-and-not-stored']);
    const wrong = await press('test-connection', { engraverKey: 'sk-of-somebody-else' });
    expect(JSON.stringify(wrong.body)).to.contain('A key of the engraver begins with eng.');
    expect(keys()).to.have.length(1);
  });

  it('is given no key of another module, whatever field it names', async () => {
    await choose('forger');
    expect((await create()).err).to.contain('No API key is set');
    const { body } = await press('test-connection', { apiKey: openAiKey });
    expect(body.kind).to.equal('danger');
    expect((await press('test-image', { apiKey: openAiKey })).body.kind).to.equal('danger');
    expect(keys()).to.deep.equal([]);
  });
});
