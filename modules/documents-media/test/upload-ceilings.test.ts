import { PassThrough } from 'node:stream';
import { AccessContexts, PersonDirectory } from '@portico/core';
import { expect } from 'chai';
import { author, base, Library } from '../testing/index.js';

const second = { email: 'second@portico.example', password: 'lanterns over the harbour', name: 'Sam Second' };

describe('What one person uploads', () => {
  let library: Library;

  before(async () => {
    const limits = { uploadsAtOncePerPerson: 2, uploadBytesPerPersonAndHour: 3000, uploadFilesPerPersonAndHour: 6 };
    library = await Library.open({ config: { modules: { 'documents-media': limits } } });
    await library.addAuthor(second);
  });
  after(() => library.close());

  function upload(name: string, content: Buffer | PassThrough, email = author.email): Promise<number> {
    const person = library.portal.service(PersonDirectory).byEmail(email);
    const access = library.portal.service(AccessContexts).for(person, library.home);
    return library.documents.add(access, { name, content, isUpload: true }).then(
      () => 201,
      (error) => error.status,
    );
  }

  it('goes on for two files at once; a third waits, and nobody else does', async () => {
    const slow = [new PassThrough(), new PassThrough()];
    const running = slow.map((content, index) => upload(`slow-${index}.txt`, content));
    expect(await upload('third.txt', Buffer.from('three'))).to.equal(429);
    expect(await upload('other.txt', Buffer.from('other'), second.email)).to.equal(201);
    for (const content of slow) content.end('slow');
    expect(await Promise.all(running)).to.deep.equal([201, 201]);
    expect(await upload('third.txt', Buffer.from('three'))).to.equal(201);
  });

  it('has a ceiling for an hour, which says when to go on, and does not touch others nor what modules add', async () => {
    expect(await upload('large.txt', Buffer.alloc(3000, 'a'))).to.equal(201);
    const answer = await library.upload([{ name: 'more.txt', content: Buffer.from('more') }]);
    expect(answer.status).to.equal(429);
    expect(answer.body.failures[0]).to.include({ name: 'more.txt', code: 'too-many-requests', status: 429 });
    expect(answer.body.failures[0].sentence).to.match(/within an hour.*Go on in \d+ min/);
    expect(await upload('others.txt', Buffer.from('more'), second.email)).to.equal(201);
    const { name } = await library.add({ name: 'made.txt' });
    expect((await library.get(`${base}?q=${name}`)).text).to.include('made.txt');
  });

  it('has a ceiling of files for an hour as well, however small they are (ASVS 5.2.4)', async () => {
    const sent = [];
    for (let index = 0; index < 6; index += 1) sent.push(await upload(`tiny-${index}.txt`, Buffer.from('t'), second.email));
    // Two of the six were sent above.
    expect(sent).to.deep.equal([201, 201, 201, 201, 429, 429]);
  });
});
