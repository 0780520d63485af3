import type { Behaviour, BehaviourName } from '@portico/ai-sandbox/api';
import { expect } from 'chai';
import type { FailureCode } from '../services/failures/error-catalog.js';
import { type CreatorPortal, startCreatorPortal, type TestClient } from './creator-portal.js';

type Row = readonly [code: FailureCode, answers: readonly (Behaviour | BehaviourName)[], says: RegExp];

const busy = { retryAfter: 0 };

/** What the images API answers, row by row, as often as it is asked. */
const rows: readonly Row[] = [
  ['invalid-api-key', ['invalid-api-key'], /rejected the API key\. It comes from Instance Settings\..*401, code invalid_api_key/],
  ['organization-not-verified', ['organization-not-verified'], /organization .* verified first\..*403/],
  ['model-not-found', ['model-not-found', 'model-not-found'], /does not know gpt-image-2\.6-flare.*404, code model_not_found/],
  ['model-not-found', ['model-not-found-400', 'model-not-found-400'], /does not know .*400, code model_not_found/],
  ['insufficient-quota', ['insufficient-quota'], /no money left.*429, code insufficient_quota/],
  ['insufficient-quota', ['quota-by-type'], /no money left.*code none, type insufficient_quota/],
  ['insufficient-quota', ['credit-balance-exhausted'], /credit_balance_exhausted/],
  ['insufficient-quota', ['organization-spend-limit'], /organization_spend_limit_exceeded/],
  ['insufficient-quota', ['project-spend-limit'], /project_spend_limit_exceeded/],
  ['insufficient-quota', ['organization-usage-limit'], /organization_usage_limit_exceeded/],
  ['insufficient-quota', ['billing-hard-limit'], /400, code billing_hard_limit_reached/],
  [
    'rate-limited',
    [
      { name: 'rate-limit', ...busy },
      { name: 'rate-limit', ...busy },
    ],
    /images per minute.*rate_limit_exceeded/,
  ],
  [
    'rate-limited',
    [
      { name: 'slow-down', ...busy },
      { name: 'slow-down', ...busy },
    ],
    /slow_down/,
  ],
  ['declined', ['moderation-blocked'], /safety system.*moderation_blocked.*because of violence/],
  ['declined', ['content-policy-violation'], /content_policy_violation/],
  ['bad-request', ['invalid-size'], /did not accept.*400, code invalid_size.*parameter size/],
  ['bad-request', ['unknown-parameter'], /unknown_parameter.*parameter style/],
  ['bad-request', ['detail-error'], /422/],
  ['server-error', ['error-500', 'error-500'], /answered with an error of its own\. The answer was 500/],
  ['server-error', ['error-502', 'error-502'], /502/],
  [
    'server-error',
    [
      { name: 'error-503', ...busy },
      { name: 'error-503', ...busy },
    ],
    /503/,
  ],
  ['server-error', ['plain-string-error', 'plain-string-error'], /500/],
  ['server-error', ['error-504'], /504/],
  ['connection-error', ['reset-before-headers'], /no connection .*ECONNRESET/],
  ['connection-error', ['reset-in-body'], /no connection /],
  ['invalid-response', ['html'], /in place of images.*"text\/html" instead of JSON/],
  ['invalid-response', ['broken-json'], /not JSON/],
  ['invalid-response', ['no-data'], /shape of an images answer/],
  ['invalid-response', ['not-an-image'], /in place of images/],
  ['invalid-response', ['truncated-base64'], /in place of images/],
  ['invalid-response', ['redirect'], /a redirect \(307\)/],
  ['invalid-response', ['url-instead'], /addresses in place of images/],
];

interface Shown {
  readonly problem?: {
    readonly code: string;
    readonly sentence: string;
    readonly explanation?: { readonly cause: string; readonly remedy: string; readonly links: readonly { href: string }[] };
  };
}

describe('every failure', () => {
  let creator: CreatorPortal;
  let administrator: TestClient;
  before(async () => {
    creator = await startCreatorPortal({ config: { retries: 1, retryMillis: 10 } });
    administrator = await creator.portal.signIn();
  });
  beforeEach(async () => {
    creator.sandbox.reset();
    await creator.sendAgain();
  });
  after(() => creator.stop());

  const fail = async (answers: Row[1], as: TestClient): Promise<{ readonly id: string; readonly problem: Shown['problem'] }> => {
    creator.sandbox.next(...answers);
    const { id } = (await creator.create({ description: 'what nobody made' }, as)).body as { id: string };
    return { id, problem: ((await creator.settled(id, as)) as Shown).problem };
  };
  const page = async (as: TestClient, path: string): Promise<string> => (await as.get(path).set('Accept', 'text/html')).text;

  for (const [code, answers, says] of rows) {
    const name = answers.map((answer) => (typeof answer === 'string' ? answer : answer.name))[0];
    it(`of ${name} is ${code}, after ${answers.length} POST, and administrators read why`, async () => {
      const { problem } = await fail(answers, administrator);
      expect(problem?.code).to.equal(code);
      expect(creator.sandbox.generations).to.have.length(answers.length);
      expect(problem?.explanation?.cause).to.match(says);
      expect(problem?.explanation?.remedy).to.match(/^[A-Z].*\.$/);
      for (const { href } of problem?.explanation?.links ?? []) expect(href, 'the service is a gateway').to.match(/^\/(?!\/)/);
    });
  }

  it('tells authors a plain sentence and no more', async () => {
    const { id, problem } = await fail(['invalid-api-key'], creator.visitor);
    expect(problem).to.include({ code: 'invalid-api-key' });
    expect(problem?.sentence).to.match(/^Creating images is not available right now\./);
    expect(problem?.explanation).to.equal(undefined);
    const texts = await Promise.all(
      [`generations/${id}`, 'generations', `api/generations/${id}`].map((path) =>
        page(creator.visitor, `/web/home/ai-creator/${path}`),
      ),
    );
    for (const text of texts) expect(text).to.not.contain('invalid_api_key').and.to.not.contain('Instance Settings');
  });

  it('is explained with its remedy and a page of the portal: on its page, among the recent ones, to programs and in a terminal', async () => {
    const { id } = await fail(['organization-not-verified'], administrator);
    for (const path of [`generations/${id}`, 'generations'])
      expect(await page(administrator, `/web/home/ai-creator/${path}`))
        .to.contain('For administrators')
        .and.to.contain('Verify the organization with OpenAI')
        .and.to.contain('href="/ai-creator/service"')
        .and.to.not.contain('openai.com');
    const { body } = await administrator.get(`/web/home/ai-creator/api/generations/${id}`);
    expect(body.problem.cause).to.contain('403');
    expect(body.problem.links.map(({ href }: { href: string }) => href)).to.deep.equal(['/ai-creator/service']);
    await creator.sendAgain();
    creator.sandbox.next('invalid-api-key');
    const made = await creator.portal.command(['images', 'create', '--site', 'home', '--description', 'a cat']);
    expect(made.exitCode).to.equal(1);
    expect(made.err)
      .to.contain('It comes from Instance Settings.')
      .and.to.contain('Replace the key')
      .and.to.not.contain('openai.com');
  });

  it('is counted on the page Image Service, refusals by what they name, and stands in the catalog', async () => {
    await fail(['moderation-blocked'], creator.visitor);
    const service = await page(administrator, '/ai-creator/service');
    expect(service).to.contain('Recent failures').and.to.contain('href="/ai-creator/errors#declined"');
    expect(service).to.match(/Declined because of: violence \(\d+\)/);
    const catalog = await page(administrator, '/ai-creator/errors');
    for (const [code] of rows) expect(catalog).to.contain(`id="${code}"`);
    expect(catalog).to.match(/<code>declined<\/code>[^<]*(?:<span[^>]*>)+\d+ in 30 days/);
    expect((await creator.visitor.get('/ai-creator/errors')).status).to.equal(404);
  });
});

describe('pages of the service that help with a failure', () => {
  const keys = 'https://platform.openai.com/api-keys';

  it('are those of the service that is asked at its own address, and none for a gateway or another service', async () => {
    // A key that is too short for OpenAI is not sent, so that nothing leaves this machine.
    const creator = await startCreatorPortal({ key: 'sk-short', service: { baseUrl: undefined } });
    try {
      const administrator = await creator.portal.signIn();
      const { body } = await creator.create({}, administrator);
      const { problem } = (await creator.settled(body.id as string, administrator)) as Shown;
      expect(problem?.code).to.equal('invalid-api-key');
      expect(problem?.explanation?.links.map(({ href }) => href)).to.include(keys);
      const catalog = async (): Promise<string> =>
        (await administrator.get('/ai-creator/errors').set('Accept', 'text/html')).text;
      expect(await catalog()).to.contain(`href="${keys}"`);
      const { exitCode } = await creator.portal.command(['settings', 'set', 'ai-creator.service', 'localai']);
      expect(exitCode).to.equal(0);
      expect(await catalog()).to.not.contain('openai.com');
    } finally {
      await creator.stop();
    }
  });
});
