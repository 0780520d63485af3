import { Settings } from '@portico/configuration/api';
import { AccessContexts, siteScope } from '@portico/core';
import { expect } from 'chai';
import { deniedWord } from '../services/generations/order-validation.js';
import { creatorSettings } from '../services/settings/settings.js';
import { type CreatorPortal, startCreatorPortal } from './creator-portal.js';

describe('the list of unwanted words', () => {
  it('finds whole words and phrases, whatever their case and spaces', () => {
    const list = 'Weapon\n\n  blue  moon \nC++';
    expect(deniedWord('a WEAPON on a table', list)).to.equal('weapon');
    expect(deniedWord('a blue\nmoon', list)).to.equal('blue moon');
    expect(deniedWord('learning c++', list)).to.equal('c++');
    expect(deniedWord('weaponless, blue and moon', list)).to.equal(undefined);
    expect(deniedWord('anything', '')).to.equal(undefined);
  });

  it('reads words as people do, however they are written', () => {
    const found = [
      'a drágon',
      'a d̶r̶a̶g̶o̶n̶',
      'a ＤＲＡＧＯＮ',
      'a 𝕕𝕣𝕒𝕘𝕠𝕟 at dusk',
      'ⓓⓡⓐⓖⓞⓝ',
      'dra\u00adgon',
      'd\u200cragon',
      'a dr-agon',
      'dra.gon, sleeping',
      'd_r_a_g_o_n',
      'd r a g o n',
      'a d r a g o n at dusk',
      'one D. R. A. G. O. N.',
      'a red-d r a g o n',
      'dragon-like',
    ];
    for (const text of found) expect(deniedWord(text, 'Dragon'), text).to.equal('dragon');
    expect(deniedWord('eine STRASSE', 'straße')).to.equal('straße');
    expect(deniedWord('a weapon', 'wéapon')).to.equal('wéapon');
    expect(deniedWord('scifi', 'sci-fi')).to.equal('sci-fi');
    expect(deniedWord('a red dra-gon', 'red dragon')).to.equal('red dragon');
  });

  it('does not take innocent words for others', () => {
    const innocent: readonly (readonly [text: string, entry: string])[] = [
      ['a bowl of grapes, a grape', 'rape'],
      ['g r a p e', 'rape'],
      ['G-R-A-P-E', 'rape'],
      ['a drape', 'rape'],
      ['a view of Scunthorpe', 'cunt'],
      ['a therapist', 'rapist'],
      ['the rapids', 'therapids'],
      ["I said he'll come", 'hell'],
      ['plan A or B', 'aorb'],
      ['мой дом', 'мои'],
      ['がく', 'かく'],
      ['की', 'क'],
      ['dragonfly, dragons', 'dragon'],
    ];
    for (const [text, entry] of innocent) expect(deniedWord(text, entry), text).to.equal(undefined);
  });

  it('are found at once in a text of nothing but beginnings', () => {
    for (const text of ['a b '.repeat(8000), 'a-'.repeat(16_000), `a${'\u093f'.repeat(32_000)}`, '- '.repeat(16_000)])
      expect(deniedWord(text, 'dragon\nd r a g o n')).to.equal(undefined);
  });
});

describe('safety in a site', () => {
  let creator: CreatorPortal;
  before(async () => {
    creator = await startCreatorPortal();
    const { person } = creator.portal.service(AccessContexts).system();
    const settings = creator.portal.service(Settings).of(creatorSettings);
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
    expect((await creator.create({ description: 'a d-r-á-g-o-n' })).status).to.equal(400);
    expect(creator.sandbox.requests).to.have.length(0);
    expect(creator.portal.log()).to.not.contain('secret-canary-town');
  });

  it('sends the level of moderation, and a hash in place of the person', async () => {
    const { body } = await creator.create({ description: 'a secret-canary-town' });
    await creator.settled(body.id as string);
    const sent = creator.sandbox.generations[0]?.body as { moderation: string; safety_identifier: string };
    expect(sent.moderation).to.equal('low');
    expect(sent.safety_identifier).to.match(/^[0-9a-f]{64}$/);
    expect(creator.portal.log()).to.not.contain('secret-canary-town');
  });
});
