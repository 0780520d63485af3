import { expect } from 'chai';
import { type CreatorPortal, startCreatorPortal } from './creator-portal.js';

const create = '/web/home/ai-creator/create';

describe('better descriptions', () => {
  let creator: CreatorPortal;
  before(async () => {
    creator = await startCreatorPortal();
  });
  beforeEach(() => creator.sandbox.reset());
  after(() => creator.stop());

  const page = async (path: string): Promise<string> => (await creator.visitor.get(path).set('Accept', 'text/html')).text;

  it('start from examples that the administrator gives the site', async () => {
    expect(await page(create))
      .to.contain('Examples')
      .and.to.contain('A paper boat on a quiet river');
    expect(await page(`${create}?example=2`)).to.match(/<textarea[^>]*>A paper boat on a quiet river/);
  });

  it('take a style on the command line too, and say when there is none of this name', async () => {
    const call = ['images', 'create', '--site', 'home', '--description', 'a goat', '--style'];
    const made = await creator.portal.command([...call, 'Watercolor']);
    expect(made.exitCode, made.err).to.equal(0);
    expect(creator.sandbox.generations[0]?.body).to.include({
      prompt: 'a goat\n\nStyle: loose watercolor painting on rough paper',
    });
    const wrong = await creator.portal.command([...call, 'Nobody knows it']);
    expect([wrong.exitCode, wrong.err.includes('style: ')]).to.deep.equal([1, true]);
    expect(creator.sandbox.generations).to.have.length(1);
  });

  it('add the words of a style to what is sent, and remember its name', async () => {
    expect(await page(create)).to.contain('<option>Watercolor</option>');
    const generation = await creator.settled((await creator.create({ description: 'a goat', style: 'Watercolor' })).body.id);
    expect(creator.sandbox.generations[0]?.body).to.include({
      prompt: 'a goat\n\nStyle: loose watercolor painting on rough paper',
    });
    const { body } = await creator.addAll(generation);
    const report = await creator.visitor.get(`/web/home/documents-media/documents/${body.documents[0].id}/provenance`);
    expect(report.body.provenance.prompt).to.equal('a goat');
    expect(report.body.provenance.parameters.style).to.equal('Watercolor');
    const refused = await creator.create({ style: 'Nobody knows it' });
    expect([refused.status, Object.keys(refused.body.error.fields)]).to.deep.equal([400, ['style']]);
  });

  it('offer one’s own earlier descriptions, and nobody else’s', async () => {
    await creator.settled((await creator.create({ description: 'my earlier idea' })).body.id);
    expect(await page(create)).to.contain('my earlier idea');
    const other = await creator.portal.signIn();
    expect((await other.get(create).set('Accept', 'text/html')).text).not.to.contain('my earlier idea');
  });

  it('come back from any generated document', async () => {
    const generation = await creator.settled((await creator.create({ description: 'a bridge in fog', size: '256x256' })).body.id);
    const { body } = await creator.addAll(generation);
    const document = await page(`/web/home/documents-media/documents/${body.documents[0].id}`);
    const href = /href="([^"]*)"[^>]*>Use this description again</.exec(document)?.[1]?.replace(/&#x3D;/g, '=') ?? '';
    const form = await page(href);
    expect(form).to.match(/<textarea[^>]*>a bridge in fog</);
    expect(form).to.match(/<option value="256x256" selected>/);
  });

  it('show images that are already there, from this site alone and without asking anybody', async () => {
    const generation = await creator.settled((await creator.create({ description: 'two horses beside a windmill' })).body.id);
    const { body } = await creator.addAll(generation);
    const before = creator.sandbox.requests.length;
    const find = async (description: string) =>
      creator.visitor.get(`/web/home/ai-creator/similar?${new URLSearchParams({ description })}`);
    const found = (await find('a windmill with two HORSES')).body.documents as { id: string; view: string }[];
    expect(found.map(({ id }) => id)).to.deep.equal([body.documents[0].id]);
    expect((await creator.visitor.get(found[0]?.view ?? '')).status).to.equal(200);
    expect((await find('an empty desert')).body.documents).to.deep.equal([]);
    expect(creator.sandbox.requests).to.have.length(before);
  });
});
