import { ProviderDirectory } from '@portico/ai-providers/api';
import { Settings } from '@portico/configuration/api';
import { AccessContexts, instanceScope } from '@portico/core';
import { expect } from 'chai';
import { ChosenProvider, ServiceChoices } from '../services/provider/chosen-provider.js';
import { creatorSettings } from '../services/settings/settings.js';
import { type CreatorPortal, startCreatorPortal } from './creator-portal.js';

describe('the provider in use', () => {
  let creator: CreatorPortal;
  before(async () => {
    creator = await startCreatorPortal();
  });
  after(() => creator.stop());

  /** How often the work asks which service is preset. */
  function presetsAsked(work: () => void): number {
    const { preset } = ServiceChoices.prototype;
    let asked = 0;
    ServiceChoices.prototype.preset = function () {
      asked += 1;
      return preset.call(this);
    };
    try {
      work();
      return asked;
    } finally {
      ServiceChoices.prototype.preset = preset;
    }
  }

  it('is a read of memory: what is installed is put together once, and who was chosen is not asked for a preset', async () => {
    const directory = creator.portal.service(ProviderDirectory);
    const settings = creator.portal.service(Settings);
    const chosen = new ChosenProvider(directory, settings);
    expect(chosen.get()?.id).to.equal('openai');
    expect(directory.images()).to.equal(directory.images());
    expect(directory.image('openai')).to.equal(directory.image('openai'));
    const { person } = creator.portal.service(AccessContexts).system();
    if (!person) throw new Error('Nobody is there.');
    const handle = settings.of(creatorSettings);
    await handle.save(instanceScope, { service: { set: 'localai' } }, person);
    const asked = presetsAsked(() => {
      for (let time = 0; time < 10; time += 1) expect(chosen.get()?.id).to.equal('localai');
    });
    expect(asked).to.equal(0);
    await handle.save(instanceScope, { service: 'inherit' }, person);
    expect(chosen.get()?.id).to.equal('openai');
  });

  it('goes and comes with its module', async () => {
    const { portal } = creator;
    const ids = (): readonly string[] =>
      portal
        .service(ProviderDirectory)
        .images()
        .map(({ provider }) => provider.id);
    const before = ids();
    expect(before).to.include('openai');
    await portal.modules.stop('ai-openai');
    expect(ids()).to.not.include('openai');
    expect(portal.service(ProviderDirectory).image('openai')).to.equal(undefined);
    await portal.modules.start('ai-openai');
    expect(ids()).to.deep.equal(before);
  });
});
