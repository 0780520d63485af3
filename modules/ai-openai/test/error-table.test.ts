import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { classify, errorTable } from '../services/error-table.js';
import { openai } from '../services/profiles/openai.js';
import { categoriesIn, retryAfterOf } from '../services/refusal.js';

const root = new URL('../../../../', import.meta.url);

/** The rows of a table of docs/image-errors.md, by their code. */
async function documented(heading: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const text = await readFile(new URL('docs/image-errors.md', root), 'utf8');
  const section = text.slice(text.indexOf(`## ${heading}`)).split('\n## ')[0] ?? '';
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  return new Map(rows.map(([, code = '', ...cells]) => [code.replaceAll('`', ''), cells.slice(0, -1)]));
}

describe('the error table of the images API', () => {
  it('has every code of the images API in the row that documents it', async () => {
    const rows = await documented('What arrives, and what the portal does');
    for (const { is, codes = [] } of errorTable) {
      for (const code of codes) expect(rows.get(is)?.[0], is).to.contain(`\`${code}\``);
    }
  });

  it('is in step with the pages of OpenAI that the documentation names', async () => {
    const rows = await documented('What people read');
    const pages = [...rows].flatMap(([code, cells]) => {
      const [, page] = /<([^>]+)>$/.exec(cells.at(-1) ?? '') ?? [];
      return page === undefined ? [] : [[code, page] as const];
    });
    expect(Object.fromEntries(pages)).to.deep.equal(openai.help);
  });

  it('asks the code first, then the type, then status and message, then the status', () => {
    expect(classify({ status: 500, code: 'insufficient_quota', type: 'server_error' }).code).to.equal('insufficient-quota');
    expect(classify({ status: 429, type: 'insufficient_quota' }).code).to.equal('insufficient-quota');
    expect(classify({ status: 429, type: 'requests', message: 'You exceeded your current quota.' }).code).to.equal(
      'insufficient-quota',
    );
    expect(classify({ status: 429, type: 'requests', message: 'Rate limit reached.' }).code).to.equal('rate-limited');
    expect(classify({ status: 403, message: 'Your organization must be verified.' }).code).to.equal('organization-not-verified');
    expect(classify({ status: 403, message: 'Country not supported.' }).code).to.equal('access-denied');
    expect(classify({ status: 403, message: 'You may not do that.' }).code).to.equal('invalid-api-key');
    expect(classify({ status: 403, message: '<html>', isPage: true }).code).to.equal('access-denied');
    expect(classify({ status: 404, message: 'Unknown request URL.' }).code).to.equal('endpoint-not-found');
    expect(classify({ status: 404, message: 'The model does not exist.' }).code).to.equal('model-not-found');
    expect(classify({ status: 418 }).code).to.equal('invalid-response');
    expect(classify({ status: 599 }).code).to.equal('server-error');
    for (const status of [504, 520, 524])
      expect(classify({ status, type: 'server_error' })).to.deep.equal({ code: 'server-error', maybeCharged: true });
  });

  for (const [status, message, code] of [
    [403, 'Out of call volume quota. Quota will be replenished in 2.12:10:22.', 'insufficient-quota'],
    [403, 'The subscription is disabled and therefore marked as read only.', 'insufficient-quota'],
    [403, 'Cost centre 4711 has used up its allowance for November', 'insufficient-quota'],
    [400, 'You have reached your monthly spending cap', 'insufficient-quota'],
    [403, 'Author openai is banned in your region', 'access-denied'],
    [403, 'Input was flagged', 'declined'],
    [403, 'The prompt violates the acceptable use policy of Example Corp', 'declined'],
    [400, '/images/generations: Invalid model name passed in model=gpt-image-2.6-flare.', 'model-not-found'],
    [400, "Unknown model 'painter'.", 'model-not-found'],
    [422, 'The model `painter` does not exist.', 'model-not-found'],
    // Neither of these is about the money, the model or the words of an author.
    [400, 'Invalid model parameters: quality is not known.', 'bad-request'],
    [403, 'This key was flagged by the owner.', 'invalid-api-key'],
    [429, 'You reached the limit of requests per minute.', 'rate-limited'],
    // Of an account without money, said in no words that mean it at every status.
    [429, 'Your account has hit its quota.', 'insufficient-quota'],
    [429, 'Check your plan and billing details.', 'insufficient-quota'],
    [429, 'Your Credit is gone.', 'insufficient-quota'],
    [403, 'Check your plan and billing details.', 'invalid-api-key'],
    [429, 'The rate limit of your quota is reached:\ntry again soon.', 'rate-limited'],
    [429, 'Too fast.', 'rate-limited'],
  ] as const)
    it(`takes ${status} "${message}" of a gateway for ${code}`, () => {
      expect(classify({ status, code: String(status), message }).code).to.equal(code);
    });

  it('reads what a refusal objects to, and nothing but words', () => {
    expect(categoriesIn('Rejected. safety_violations=[violence, self_harm,violence].')).to.deep.equal(['self-harm', 'violence']);
    expect(categoriesIn('Rejected. safety_violations=[a lighthouse at dusk, <b>, sk-1234567890]')).to.deep.equal([]);
    expect([categoriesIn('Rejected.'), categoriesIn(undefined)]).to.deep.equal([[], []]);
  });

  it('reads how long to wait in seconds, in milliseconds and as a date', () => {
    const now = Date.parse('2026-11-22T10:00:00Z');
    const of = (headers: Record<string, string>): number | undefined => retryAfterOf(new Headers(headers), now);
    expect(of({ 'retry-after': '17' })).to.equal(17);
    expect(of({ 'retry-after': '0.2' })).to.equal(1);
    expect(of({ 'retry-after-ms': '1500', 'retry-after': '17' })).to.equal(2);
    expect(of({ 'retry-after': 'Sun, 22 Nov 2026 10:00:30 GMT' })).to.equal(30);
    expect(of({ 'retry-after': 'Sun, 22 Nov 2026 09:00:00 GMT' })).to.equal(0);
    const never = { 'retry-after': 'Wed, 21 Oct 2099 07:28:00 GMT' };
    expect([of(never), of({ 'retry-after': '1000000000' })]).to.deep.equal([undefined, undefined]);
    expect(of({ 'retry-after': '2592000' })).to.equal(30 * 24 * 3600);
    expect([of({ 'retry-after': 'soon' }), of({}), retryAfterOf(undefined)]).to.deep.equal([undefined, undefined, undefined]);
  });
});
