import { ProviderError } from '@portico/ai-providers/api';
import { DisposableStore, Emitter } from '@portico/core';
import { expect } from 'chai';
import { CircuitBreaker } from '../services/failures/circuit-breaker.js';
import type { KeyChange } from '../services/provider/provider-key.js';

const refused = new ProviderError('invalid-api-key', 'The answer was 401.');

describe('the circuit breaker', () => {
  const changes = new Emitter<KeyChange>();
  let breaker: CircuitBreaker;
  let lifetime: DisposableStore;
  let time: number;
  let isDiskFull: boolean;

  beforeEach(async () => {
    time = Date.parse('2026-11-22T10:00:00Z');
    isDiskFull = false;
    const unitOfWork = {
      read: async () => [],
      write: async () => {
        if (isDiskFull) throw new Error('The disk is full.');
      },
    };
    const key = { from: () => 'instance' as const, scopeOf: () => 'instance', onDidChange: changes.event };
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    const nothing = {} as never;
    breaker = new CircuitBreaker(
      unitOfWork as never,
      { values: { breakerSeconds: 60 } } as never,
      key,
      { now: () => new Date(time) } as never,
      nothing,
      log as never,
      nothing,
      nothing,
    );
    lifetime = new DisposableStore();
    await breaker.onStart(lifetime);
  });
  afterEach(() => lifetime.dispose());

  it('lets another one try when the one that was to try was never sent', async () => {
    await breaker.learn(breaker.enter('home'), refused);
    time += 61_000;
    const probe = breaker.enter('home');
    expect(() => breaker.enter('home'), 'one at a time').to.throw(ProviderError);
    breaker.leave(probe);
    expect(() => breaker.enter('home')).not.to.throw();
  });

  it('keeps nobody waiting for longer than it says when the clock is set back', async () => {
    await breaker.learn(breaker.enter('home'), refused);
    expect(() => breaker.enter('home')).to.throw(ProviderError);
    time -= 24 * 3_600_000;
    expect(() => breaker.enter('home')).not.to.throw();
  });

  it('is not ended as the one that tries by one that was sent before', async () => {
    const early = breaker.enter('home');
    await breaker.learn(breaker.enter('home'), refused);
    time += 61_000;
    breaker.enter('home');
    await breaker.learn(early, new ProviderError('timed-out', 'No answer.'));
    expect(() => breaker.enter('home')).to.throw(ProviderError);
  });

  it('does not count what was heard with a key that was replaced meanwhile', async () => {
    const before = breaker.enter('home');
    changes.fire({ kind: 'key', keyScope: 'instance' });
    await breaker.learn(before, refused);
    expect(breaker.all()).to.deep.equal([]);
  });

  it('opens and closes although that cannot be written down', async () => {
    isDiskFull = true;
    await breaker.learn(breaker.enter('home'), refused);
    expect(breaker.all()).to.have.length(1);
    changes.fire({ kind: 'key', keyScope: 'instance' });
    expect(breaker.all()).to.deep.equal([]);
  });

  it('stays open when somebody closes it and the entry of that cannot be written', async () => {
    await breaker.learn(breaker.enter('home'), refused);
    isDiskFull = true;
    const closing = breaker.close('instance', async () => {}).catch((error: Error) => error.message);
    expect(await closing).to.equal('The disk is full.');
    expect(breaker.all()).to.have.length(1);
    expect(() => breaker.enter('home')).to.throw(ProviderError);
  });
});
