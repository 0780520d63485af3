import { Settings } from '@portico/configuration/api';
import { AccessContexts, siteScope } from '@portico/core';
import { expect } from 'chai';
import { deniedWord } from '../services/descriptions/deny-list.js';
import { creatorSettings } from '../services/settings/settings.js';
import { type CreatorHouse, startCreatorHouse } from './creator-house.js';

describe('the list of unwanted words', () => {
  it('finds whole words and phrases, whatever their case and spaces', () => {
    const list = 'Weapon\n\n  blue  moon \nC++';
    expect(deniedWord('a WEAPON on a table', list)).to.equal('weapon');
    expect(deniedWord('a blue\nmoon', list)).to.equal('blue moon');
    expect(deniedWord('learning c++', list)).to.equal('c++');
    expect(deniedWord('weaponless, blue and moon', list)).to.equal(undefined);
    expect(deniedWord('anything', '')).to.equal(undefined);
  });
});

describe('safety in a site', () => {
  let creator: CreatorHouse;
  before(async () => {
    creator = await startCreatorHouse();
    const { person } = creator.house.service(AccessContexts).system();
    const settings = creator.house.service(Settings).of(creatorSettings);
    if (person)
      await settings.save(
        siteScope(creator.site.id),
        { denyList: { set: 'dragon\nred car' }, moderation: { set: 'low' } },
        person,
      );
  });
  after(() => creator.stop());

  it('refuses unwanted words before anything is sent, and never logs a description', async () => {
    const refused = await creator.create({ description: 'A Dragon over secret-canary-town' });
    expect(refused.status).to.equal(400);
    expect(JSON.stringify(refused.body)).to.contain('dragon');
    expect(creator.sandbox.requests).to.have.length(0);
    expect(creator.house.log()).to.not.contain('secret-canary-town');
  });

  it('sends the level of moderation, and a hash in place of the person', async () => {
    const { body } = await creator.create({ description: 'a secret-canary-town' });
    await creator.settled(body.id as string);
    const sent = creator.sandbox.generations[0]?.body as { moderation: string; safety_identifier: string };
    expect(sent.moderation).to.equal('low');
    expect(sent.safety_identifier).to.match(/^[0-9a-f]{64}$/);
    expect(creator.house.log()).to.not.contain('secret-canary-town');
  });
});
