import { createImagesSandbox, type ImagesSandbox, sandboxKey } from '@portico/ai-sandbox/api';
import { Settings } from '@portico/configuration/api';
import { expect } from 'chai';
import { type CreatorPortal, creatorPage, startCreatorPortal, type TestClient } from './creator-portal.js';

const page = '/configuration/instance-settings/ai-creator';
const sitePage = '/web/home/configuration/site-settings/ai-creator';
const typedKey = 'sk-canary-typed-9876543210-qrst';

interface Result {
  readonly kind: string;
  readonly summary: string;
  readonly findings: readonly { readonly kind: string; readonly title: string; readonly text: string }[];
}

describe('Test Connection', () => {
  let creator: CreatorPortal;
  let sandbox: ImagesSandbox;
  let admin: TestClient;

  before(async () => {
    sandbox = await createImagesSandbox({ keys: 'any' });
    creator = await startCreatorPortal({ sandbox, config: { testMillis: 60_000 } });
    admin = await creator.portal.signIn();
  });
  after(async () => {
    await creator.stop();
    await sandbox.close();
  });
  beforeEach(() => sandbox.reset());

  const press = async (fields: object = {}, action = 'test-connection', at = page): Promise<Result> => {
    const answer = await admin
      .post(at)
      .set('Origin', creator.portal.url)
      .set('X-Portico-Csrf', await creator.portal.csrf(admin))
      .set('Accept', 'application/json')
      .type('form')
      .send({ 'form.action': `ai-creator/${action}`, ...fields });
    expect(answer.status, answer.text).to.equal(200);
    return answer.body as Result;
  };
  const textOf = ({ findings }: Result): string => findings.map(({ title, text }) => `${title}: ${text}`).join('\n');

  it('asks for the models once, with the stored key, and says which scope supplied it', async () => {
    const result = await press();
    expect([result.kind, result.summary]).to.deep.equal(['success', 'The connection works.']);
    expect(textOf(result))
      .to.match(/API Key: The one stored in Instance Settings\. It has the shape of a key\./)
      .and.match(/Answer: 127\.0\.0\.1:\d+ answered in \d+ ms\./)
      .and.match(/Model: gpt-image-2\.6-flare is there, and no end of it is announced\./)
      .and.match(/Organization: Nothing says that it is unverified\./);
    expect(sandbox.requests.map(({ method, path }) => `${method} ${path}`)).to.deep.equal(['GET /v1/models']);
  });

  it('uses a typed key, and neither stores nor repeats it', async () => {
    const before = creator.portal.service(Settings).of(creatorPage).secret({ kind: 'instance' }, 'apiKey');
    const answer = await creator.portal.post(admin, page, { 'form.action': 'ai-creator/test-connection', apiKey: typedKey });
    expect(answer.status).to.equal(200);
    expect(answer.text).to.include('Typed into this form, not stored yet.').and.not.include(typedKey);
    expect(answer.text).to.include('type it once more before you save');
    expect(creator.portal.service(Settings).of(creatorPage).secret({ kind: 'instance' }, 'apiKey')).to.equal(before);
    expect(creator.portal.log()).not.to.include(typedKey);
  });

  it('keeps everything else that was typed', async () => {
    const answer = await creator.portal.post(admin, page, {
      'form.action': 'ai-creator/test-connection',
      model: 'gpt-image-2.6-sunburst',
      'model.was': 'gpt-image-2.6-flare',
      deadline: '222',
      'deadline.was': '180',
    });
    expect(answer.text).to.include('value="gpt-image-2.6-sunburst"').and.include('value="222"');
    expect(answer.text).to.include('gpt-image-2.6-sunburst is there');
    expect(creator.portal.service(Settings).of(creatorPage).get({ kind: 'instance' }).deadline).to.equal(180);
  });

  it('looks at the shape of a key before anything is sent', async () => {
    for (const apiKey of ['"sk-in-quotes-12345"', 'OPENAI_API_KEY=sk-12345678', 'sk-with a space', 'sk-umlaut-äöü-äöü']) {
      expect((await press({ apiKey })).kind).to.equal('danger');
    }
    expect(sandbox.requests).to.have.length(0);
  });

  it('says when the chosen model will be shut down, or is gone and what takes its place', async () => {
    const ends = textOf(await press({ model: 'gpt-image-1.5', 'model.was': 'gpt-image-2.6-flare' }));
    expect(ends).to.match(/gpt-image-1\.5 is there, and will be shut down on 2026-12-01, in \d+ days?|its end was announced for/);
    const gone = await press({ model: 'gpt-image-1', 'model.was': 'gpt-image-2.6-flare' });
    expect(gone.kind).to.equal('warning');
    expect(textOf(gone)).to.include('its end was announced for 2026-10-23. gpt-image-2.6-flare is asked in its place.');
    expect(textOf(await press({ model: 'my-own', 'model.was': 'gpt-image-2.6-flare' }))).to.include(
      'my-own is not among the models',
    );
  });

  const failures = {
    'invalid-api-key': /does not accept this key/,
    'organization-not-verified': /Organization: The organization of this key must be verified first\..*half an hour/,
    'insufficient-quota': /no credit left/,
    'rate-limit': /asks for patience/,
    'error-503': /in trouble/,
    'reset-before-headers': /could not be reached/,
    redirect: /no answer of an images service.*redirect/,
    html: /no answer of an images service/,
    'broken-json': /no answer of an images service/,
    'no-data': /no answer of an images service/,
    huge: /no answer of an images service/,
    'gzip-bomb': /no answer of an images service/,
    'plain-string-error': /in trouble/,
  } as const;
  const saysWhatToDo = (behaviour: keyof typeof failures | 'stall-before-headers' | 'stall-in-body', sentence: RegExp): void => {
    it(`says what to do about ${behaviour}, after one request`, async () => {
      sandbox.nextList(behaviour);
      const result = await press({ apiKey: typedKey });
      expect(result.kind).to.equal('danger');
      expect(textOf(result)).to.match(sentence);
      expect(JSON.stringify(result)).not.to.include(typedKey.slice(0, 12)).and.not.include(typedKey.slice(-4));
      expect(sandbox.requests).to.have.length(1);
    });
  };
  for (const [name, sentence] of Object.entries(failures)) saysWhatToDo(name as keyof typeof failures, sentence);

  describe('of a portal that does not wait long', () => {
    let patient: [CreatorPortal, TestClient];
    before(async () => {
      patient = [creator, admin];
      creator = await startCreatorPortal({ sandbox, config: { testMillis: 400 } });
      admin = await creator.portal.signIn();
    });
    after(async () => {
      await creator.stop();
      [creator, admin] = patient;
    });
    for (const name of ['stall-before-headers', 'stall-in-body'] as const) saysWhatToDo(name, /did not answer in time/);
  });

  it('makes an image only when asked for by name, and keeps nothing of it', async () => {
    const { text } = await admin.get(page);
    expect(text).to.include('Make One Test Image (paid)').and.include('Test Connection');
    const result = await press({}, 'test-image');
    expect(result.summary).to.equal('An image was made. It was not kept.');
    const usage = (await admin.get('/ai-creator/usage.csv')).text;
    expect(usage).to.match(/The whole instance \(tests\).*gpt-image-2\.6-flare,low,1,/);
    expect(sandbox.generations.map(({ body }) => (body as { n: number; quality: string }).n)).to.deep.equal([1]);
    sandbox.reset();
    sandbox.next('organization-not-verified');
    expect(textOf(await press({}, 'test-image'))).to.include('must be verified first');
  });

  it('counts in AI Usage what a test may have cost, and nothing of what was refused', async () => {
    const lines = async (): Promise<readonly string[]> =>
      (await admin.get('/ai-creator/usage.csv')).text.split('\r\n').filter((line) => line.includes('The whole instance (tests)'));
    const before = (await lines()).length;
    sandbox.next('broken-json', 'organization-not-verified');
    await press({}, 'test-image');
    await press({}, 'test-image');
    const after = await lines();
    expect(after).to.have.length(before + 1);
    expect(after[0]).to.match(/,gpt-image-2\.6-flare,low,1,.*,invalid-response$/);
  });

  it('calls nobody when a form is saved, and a service that is down keeps nobody from saving', async () => {
    await creator.portal.post(admin, page, { 'enabled.shown': '1', 'enabled.was': 'on' });
    await creator.portal.post(admin, page, { 'enabled.shown': '1', 'enabled.was': 'off', enabled: 'on', apiKey: sandboxKey });
    expect(sandbox.requests).to.have.length(0);
    const down = await startCreatorPortal({ service: { baseUrl: 'http://127.0.0.1:9/v1' } });
    try {
      const visitor = await down.portal.signIn();
      const saved = await down.portal.post(visitor, page, { apiKey: sandboxKey, 'enabled.shown': '1', 'enabled.was': 'on' });
      expect(saved.status).to.equal(303);
      expect(down.portal.service(Settings).of(creatorPage).get({ kind: 'instance' }).enabled).to.equal(false);
    } finally {
      await down.stop();
    }
  });

  it('tests at a site what the site would use', async () => {
    expect(textOf(await press({}, 'test-connection', sitePage))).to.include('The one stored in Instance Settings.');
    const own = await press({ 'apiKey.mode': 'own', apiKey: typedKey }, 'test-connection', sitePage);
    expect(textOf(own)).to.include('Typed into this form');
    const none = await press({ 'apiKey.mode': 'none' }, 'test-connection', sitePage);
    expect(none.kind).to.equal('danger');
    expect(textOf(none)).to.match(
      /^Image Service: OpenAI, at 127\.0\.0\.1:\d+\.\nAPI Key: No key is typed, and none is set here\.$/,
    );
  });

  it('is there for nobody else, and answers 404 for actions that are not there', async () => {
    const author = await creator.portal.post(creator.visitor, page, { 'form.action': 'ai-creator/test-connection' });
    expect(author.status).to.be.oneOf([403, 404]);
    const ghost = await creator.portal.post(admin, page, { 'form.action': 'ai-creator/ghost' });
    expect(ghost.status).to.equal(404);
    expect(sandbox.requests).to.have.length(0);
  });
});
