import { type ImageProvider, ProviderDirectory, ProviderError } from '@portico/ai-providers/api';
import { BlobStore, PortalError, UnitOfWork } from '@portico/core';
import { expect } from 'chai';
import { type CreatorPortal, startCreatorPortal } from './creator-portal.js';

const full = (): Promise<never> => Promise.reject(new PortalError('storage-full', 'There is no room.', { status: 507 }));

const providerOf = ({ portal }: CreatorPortal): ImageProvider => {
  const found = portal.service(ProviderDirectory).image('openai')?.provider;
  if (!found) throw new Error('OpenAI is not installed.');
  return found;
};

describe('storage that refuses for a while', () => {
  let creator: CreatorPortal;
  before(async () => {
    creator = await startCreatorPortal({ config: { answerMillis: 1000, scaleMillis: 1000, retries: 0 } });
  });
  beforeEach(() => creator.sandbox.reset());
  after(() => creator.stop());

  /** Has the first calls refused that this module makes of a method: others write in the background. */
  function refuse<K extends string>(service: Record<K, unknown>, method: K, times: number): () => void {
    const usual = service[method];
    let left = times;
    service[method] = (...given: unknown[]) => {
      if (/ai-creator.(?:dist.)?services/.test(new Error().stack ?? '')) left -= 1;
      else return (usual as (...all: unknown[]) => unknown).apply(service, given);
      return left < 0 ? (usual as (...all: unknown[]) => unknown).apply(service, given) : full();
    };
    return () => {
      service[method] = usual;
    };
  }

  it('takes nothing from what arrived in time, although the deadline of the answer passes meanwhile', async () => {
    const blobs = creator.portal.service(BlobStore);
    const restore = refuse(blobs as never, 'store', 5);
    try {
      const generation = await creator.settled((await creator.create()).body.id as string);
      expect([generation.state, generation.images.length, generation.problem]).to.deep.equal(['offered', 1, undefined]);
    } finally {
      restore();
    }
  });

  it('does not leave a request that failed as one that goes on', async () => {
    const provider = providerOf(creator);
    const unitOfWork = creator.portal.service(UnitOfWork);
    const usual = provider.generate;
    let restore = (): void => {};
    provider.generate = async () => {
      restore = refuse(unitOfWork as never, 'write', 3);
      throw new ProviderError('declined', 'The answer was 400.');
    };
    try {
      const generation = await creator.settled((await creator.create()).body.id as string);
      expect([generation.state, generation.problem?.code]).to.deep.equal(['failed', 'declined']);
    } finally {
      restore();
      provider.generate = usual;
    }
  });

  it('ends as unknown what ended in a way that could never be written down', async () => {
    const provider = providerOf(creator);
    const unitOfWork = creator.portal.service(UnitOfWork);
    const usual = provider.generate;
    let restore = (): void => {};
    provider.generate = async () => {
      restore = refuse(unitOfWork as never, 'write', 6);
      throw new ProviderError('declined', 'The answer was 400.');
    };
    try {
      const generation = await creator.settled((await creator.create()).body.id as string);
      expect(generation.state).to.equal('unknown');
      expect((await creator.create()).status).to.equal(201);
    } finally {
      restore();
      provider.generate = usual;
    }
  });
});
