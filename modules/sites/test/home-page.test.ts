import { join } from 'node:path';
import { startTestPortal, type TestPortal } from '@portico/core/testing';
import { expect } from 'chai';

const fixture = join(import.meta.dirname, '../../test/fixtures/home-sections');

describe('The home page of a site', () => {
  let portal: TestPortal;
  let text: string;

  before(async () => {
    portal = await startTestPortal({ config: { modulePaths: ['modules', fixture] } });
    const page = await portal.agent().get('/web/home');
    expect(page.status).to.equal(200);
    text = page.text;
  });

  after(() => portal.stop());

  it('shows at most twenty entries of a section, as text and with links into the site', () => {
    expect(text).to.include('Good news').and.to.include('Something happened.');
    expect([...text.matchAll(/<h3[^>]*><a href="(\/web\/home\/news\/\d+)">/g)].map((match) => match[1])).to.deep.equal(
      Array.from({ length: 20 }, (_, index) => `/web/home/news/${index}`),
    );
    expect(text).to.include('&lt;b&gt;News&lt;/b&gt; 0 of Home').and.not.to.include('<b>News</b>');
  });

  it('says so when a section throws, fails or takes too long, and shows the others all the same', () => {
    for (const title of ['Throwing', 'Rejecting', 'Hanging']) expect(text, title).to.include(title);
    expect(text.split('This part cannot be shown right now.')).to.have.length(4);
    expect(text).not.to.include('This section');
    expect(portal.log()).to.include('This section rejects.');
  });

  it('leaves out sections that have nothing to show', () => {
    expect(text).not.to.include('Nothing to say').and.not.to.include('Nothing is published here yet');
  });

  it('changes with the modules that contribute to it', async () => {
    await portal.modules.stop('home-sections');
    expect((await portal.agent().get('/web/home')).text).to.include('Nothing is published here yet');
  });
});
