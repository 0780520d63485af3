import { ProviderError, type ProviderErrorCode } from '@portico/ai-providers/api';
import { expect } from 'chai';
import { errorCatalog } from '../services/failures/error-catalog.js';
import { backoffBefore, isRetryable } from '../services/generations/retries.js';

const limits = { retries: 2, retryCapSeconds: 60, retryMillis: 2000 };
const failure = (code: string, status?: number, retryAfterSeconds?: number, maybeCharged = false): ProviderError =>
  new ProviderError(code as ProviderErrorCode, 'It did not work.', { status, retryAfterSeconds, maybeCharged });

describe('the policy of sending again', () => {
  it('sends again only what the service did not carry out', () => {
    const again = errorCatalog.map(({ code }) => code).filter((code) => isRetryable(failure(code, 500)));
    expect(again).to.deep.equal(['rate-limited', 'server-error']);
    const statuses = [500, 501, 502, 503, 504, 520, 524, 529, undefined];
    expect(statuses.filter((status) => isRetryable(failure('server-error', status)))).to.deep.equal([500, 502, 503]);
    expect(isRetryable(failure('rate-limited', 429, 1, true)), 'what may be charged').to.equal(false);
  });

  it('waits as long as it is told, or twice as long each time, with jitter', () => {
    expect(backoffBefore(failure('rate-limited', 429, 17), 1, limits)).to.equal(17_000);
    expect(backoffBefore(failure('server-error', 503, 60), 1, limits)).to.equal(60_000);
    const shortest = [1, 2].map((attempts) => backoffBefore(failure('rate-limited', 429), attempts, limits, () => 0));
    const longest = [1, 2].map((attempts) => backoffBefore(failure('rate-limited', 429, 0), attempts, limits, () => 1));
    expect([shortest, longest]).to.deep.equal([
      [1000, 2000],
      [2000, 4000],
    ]);
    expect(backoffBefore(failure('rate-limited', 429), 5, { ...limits, retries: 9, retryCapSeconds: 10 }, () => 1)).to.equal(
      10_000,
    );
  });

  it('ends after its attempts, and where more patience is asked for than it has', () => {
    expect(backoffBefore(failure('rate-limited', 429, 1), 3, limits)).to.equal(undefined);
    expect(backoffBefore(failure('rate-limited', 429, 61), 1, limits)).to.equal(undefined);
    expect(backoffBefore(failure('rate-limited', 429, 1), 1, { ...limits, retries: 0 })).to.equal(undefined);
  });

  it('takes what is no number of seconds for nothing said', () => {
    const read = [Number.NaN, Number.POSITIVE_INFINITY, -3, 1.2].map(
      (said) => failure('rate-limited', 429, said).retryAfterSeconds,
    );
    expect(read).to.deep.equal([undefined, undefined, 0, 2]);
  });
});
