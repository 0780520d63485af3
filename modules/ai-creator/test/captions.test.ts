import { Settings } from '@portico/configuration/api';
import { AccessContexts, type Scope } from '@portico/core';
import type { SuggestedCaption } from '@portico/documents-media/api';
import { expect } from 'chai';
import { creatorSettings } from '../services/settings/settings.js';
import { type CreatorPortal, startCreatorPortal } from './creator-portal.js';

/** What choosing a picture answers, as far as it matters here. */
interface Choice {
  readonly value: string;
  readonly generated?: boolean;
  readonly caption?: SuggestedCaption;
}

describe('The caption for AI images', () => {
  let creator: CreatorPortal;
  let added: { readonly id: string; readonly generated?: boolean; readonly caption?: object };

  before(async () => {
    creator = await startCreatorPortal();
    const { body } = await creator.create();
    const answer = await creator.addAll(await creator.settled(body.id));
    added = answer.body.documents[0];
  });
  after(() => creator.stop());

  async function decide(change: { readonly caption?: string; readonly captionText?: string }, scope: Scope): Promise<void> {
    const person = creator.portal.service(AccessContexts).system().person;
    if (!person) throw new Error('There is no system.');
    const changes = Object.fromEntries(Object.entries(change).map(([field, value]) => [field, { set: value }]));
    await creator.portal.service(Settings).of(creatorSettings).save(scope, changes, person);
  }

  async function choices(): Promise<readonly Choice[]> {
    const page = await creator.visitor.get('/web/home/documents-media/selector?type=image&return=image-url');
    return [...page.text.matchAll(/data-item="([^"]*)"/g)].map(([, json = '']) => JSON.parse(json.replaceAll('&quot;', '"')));
  }

  it('comes with an image that is added, offered unless somebody decided otherwise', () => {
    expect(added.generated).to.equal(true);
    expect(added.caption).to.deep.equal({ text: 'Image created with AI', shown: false });
  });

  it('comes with an image that was added before, and with one that is offered as similar', async () => {
    const [item] = await choices();
    expect(item?.value).to.contain(added.id);
    expect(item).to.include({ generated: true });
    expect(item?.caption).to.deep.equal({ text: 'Image created with AI', shown: false });
    const similar = await creator.visitor
      .get('/web/home/ai-creator/similar?description=lighthouse')
      .set('Accept', 'application/json');
    expect(similar.body.documents[0].caption).to.deep.equal({ text: 'Image created with AI', shown: false });
  });

  it('is what the site decides, else the instance: its words, from the start, or not at all', async () => {
    await decide({ caption: 'shown', captionText: '  Made   with AI ' }, { kind: 'instance' });
    expect((await choices())[0]?.caption).to.deep.equal({ text: 'Made with AI', shown: true });
    const site: Scope = { kind: 'site', siteId: creator.site.id };
    await decide({ caption: 'none' }, site);
    expect((await choices())[0])
      .to.include({ generated: true })
      .and.not.to.have.property('caption');
    await decide({ caption: 'offered', captionText: ' ' }, site);
    expect((await choices())[0]).not.to.have.property('caption');
  });

  it('is not suggested while the flag is off', async () => {
    await decide({ caption: 'shown', captionText: 'Made with AI' }, { kind: 'site', siteId: creator.site.id });
    expect((await choices())[0]).to.have.property('caption');
    await creator.portal.command(['flags', 'set', 'LPD-10793', 'off']);
    expect((await choices())[0])
      .to.include({ generated: true })
      .and.not.to.have.property('caption');
  });
});
