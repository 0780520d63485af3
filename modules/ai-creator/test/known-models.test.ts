import { type Clock, type Log, type SiteDirectory, UnitOfWork } from '@portico/core';
import { expect } from 'chai';
import { KnownModel } from '../entities/known-model.js';
import { KnownModels } from '../services/models/known-models.js';
import { ModelMonitor } from '../services/models/model-monitor.js';
import { type CreatorPortal, startCreatorPortal } from './creator-portal.js';

type Given = ConstructorParameters<typeof ModelMonitor>;

describe('What is known of the models of a service', () => {
  let creator: CreatorPortal;
  before(async () => {
    creator = await startCreatorPortal();
  });
  after(() => creator.stop());

  it('keeps of several that it refuses at the same time that each is gone, at once as after a restart', async () => {
    const unitOfWork = creator.portal.service(UnitOfWork);
    const knowledge = { learn: () => undefined, of: () => ({ kind: 'unknown' }) } as unknown as ConstructorParameters<
      typeof KnownModels
    >[1];
    const known = new KnownModels(unitOfWork, knowledge);
    const chosen = { get: () => ({ model: 'lamp-3', preferences: '' }), resolve: () => ({ origin: 'instance' }) };
    const monitor = new ModelMonitor(
      { of: () => chosen } as unknown as Given[0],
      { get: () => ({ id: 'lamps', modelNames: { preferred: [] } }) } as unknown as Given[1],
      {
        read: async () => [{ id: 'lamp-1' }, { id: 'lamp-2' }, { id: 'lamp-3' }, { id: 'lamp-4' }],
      } as unknown as Given[2],
      { all: () => [] } as unknown as SiteDirectory,
      known,
      { record: () => Promise.resolve() } as unknown as Given[5],
      { now: () => new Date(), monotonic: () => performance.now() } satisfies Clock,
      { warn: () => undefined } as unknown as Log,
    );
    await monitor.refresh();
    await Promise.all(['lamp-1', 'lamp-2', 'lamp-0'].map((model) => monitor.gone(model)));
    const gone = ['lamp-0', 'lamp-1', 'lamp-2'];
    expect(goneIn(monitor.all())).to.deep.equal(gone);
    expect(monitor.all()).to.have.length(5);
    const stored = await unitOfWork.read((reader) => reader.repository(KnownModel).findBy({ provider: 'lamps' }));
    expect(goneIn(stored)).to.deep.equal(gone);
  });
});

const goneIn = (models: readonly KnownModel[]): readonly string[] =>
  models
    .filter(({ goneAt }) => goneAt !== null)
    .map(({ name }) => name)
    .sort();
