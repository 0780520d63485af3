import type { SelectedItem } from '@portico/item-selector/api';
import { expect } from 'chai';
import { base, Library, picture } from '../testing/index.js';

const selector = `${base}/selector`;

describe('Documents and Media in the item selector', () => {
  let library: Library;

  before(async () => {
    library = await Library.open();
    await library.add({ name: 'choice.png', content: await picture(80, 60), altText: 'A choice' });
    await library.add({ name: 'letter.txt' });
    await library.documents.ensureFolder(library.system(), 'Albums');
  });

  after(() => library.close());

  function items(html: string): SelectedItem[] {
    return [...html.matchAll(/data-item="([^"]*)"/g)].map(([, json = '']) => JSON.parse(json.replaceAll('&quot;', '"')));
  }

  it('is a tab of the dialog Select Image, with the criterion in its address', async () => {
    const dialog = await library.get('/web/home/item-selector?type=image&return=image-url&uploads=true').expect(200);
    expect(dialog.text).to.include('>Documents and Media</a>').and.include('id="selector-tab-documents-media"');
    expect(dialog.text.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=')).to.include(
      'href="/web/home/documents-media/selector?type=image&return=image-url&uploads=true"',
    );
  });

  it('offers images only, with what the caller can use best', async () => {
    const answer = await library
      .get(`${selector}?type=image&return=document-id,image-url`)
      .set('X-Portico-Fragment', '1')
      .expect(200);
    const [item, ...others] = items(answer.text);
    expect(others).to.deep.equal([]);
    expect(item).to.include({ returnType: 'document-id', title: 'choice.png', altText: 'A choice' });
    expect(answer.text).not.to.include('<html').and.not.to.include('letter.txt');
    expect(answer.text).to.include('Albums');
    const [byAddress] = items((await library.get(`${selector}?type=image&return=image-url`)).text);
    expect(byAddress?.value).to.match(/^\/web\/home\/documents-media\/documents\/[0-9a-f-]+\/view$/);
  });

  it('offers documents of any type, each with what it can give', async () => {
    const answer = await library.get(`${selector}?type=document&return=image-url,file-url`).expect(200);
    expect(items(answer.text).map(({ title, returnType }) => ({ title, returnType }))).to.deep.equal([
      { title: 'letter.txt', returnType: 'file-url' },
      { title: 'choice.png', returnType: 'image-url' },
    ]);
  });

  it('has the New menu only when the caller allows uploads, and the person may add', async () => {
    const without = await library.get(`${selector}?type=image&return=image-url&uploads=false`);
    expect(without.text).not.to.include('File Upload');
    const allowed = await library.get(`${selector}?type=image&return=image-url&uploads=true`);
    expect(allowed.text).to.include('File Upload').and.include('Multiple Files Upload').and.include('Folder');
  });

  it('is closed to those who may not open Documents and Media', async () => {
    const guest = library.portal.agent();
    expect((await guest.get(`${selector}?type=image&return=image-url`)).status).to.be.oneOf([302, 303, 401, 403, 404]);
  });

  it('refuses criteria that do not exist', async () => {
    await library.get(`${selector}?type=sound&return=image-url`).expect(400);
    await library.get('/web/home/item-selector?type=image&return=nothing').expect(400);
  });
});

describe('The New menu', () => {
  it('shows what modules contribute, with the folder, and nothing of its own', async () => {
    const library = await Library.open();
    try {
      const folder = await library.documents.ensureFolder(library.system(), 'Here');
      const page = await library.get(`${base}?folder=${folder.id}`).expect(200);
      for (const place of ['upload', 'upload-multiple', 'folders/new']) {
        expect(page.text.replaceAll('&#x3D;', '=')).to.include(`href="${base}/${place}?folder=${folder.id}"`);
      }
      expect(page.text).not.to.include('Create AI Image');
    } finally {
      await library.close();
    }
  });
});
