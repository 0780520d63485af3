import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Settings } from '@portico/configuration/api';
import { formOf, saveForm, visibleText } from '@portico/configuration/testing';
import { instanceScope, Log, PersonDirectory, siteScope, UnitOfWork } from '@portico/core';
import { expect } from 'chai';
import { limitSettings } from '../services/limit-settings.js';
import { StorageCount } from '../services/storage-count.js';
import { base, Library, picture } from '../testing/index.js';

const instancePage = '/configuration/instance-settings/documents-media';
const sitePage = '/web/home/configuration/site-settings/documents-media';
const sentence = 'does not fit: the files of this site may take 10 KiB. Delete what nobody needs any more';

describe('The storage of a site', () => {
  let library: Library;
  beforeEach(async () => {
    library = await Library.open();
    await limitTo(10 * 1024);
  });
  afterEach(() => library.close());

  async function limitTo(storageQuota: number, site = library.home): Promise<void> {
    const administrator = library.portal.service(PersonDirectory).byEmail(library.portal.administrator.email);
    if (!administrator) throw new Error('There is no administrator.');
    const settings = library.portal.service(Settings).of(limitSettings);
    await settings.save(siteScope(site.id), { storageQuota: { set: storageQuota } }, administrator);
  }

  const kibibytes = (count: number): Buffer => Buffer.alloc(count * 1024, 'a');
  /** Files of the blob store; there is no folder before the first. */
  const files = async (): Promise<number> => {
    const blobs = join(library.portal.home, 'blobs');
    if (!existsSync(blobs)) return 0;
    return (await readdir(blobs, { recursive: true, withFileTypes: true })).filter((each) => each.isFile()).length;
  };
  const used = async (): Promise<string> =>
    /This site uses .*? now\./.exec(visibleText((await (await library.portal.signIn()).get(sitePage)).text))?.[0] ?? '';
  const doctor = async (): Promise<{ readonly exitCode: number; readonly out: string }> => library.portal.command(['doctor']);

  it('ends at its limit, with a sentence; deleting makes room, and other sites have theirs', async () => {
    await library.upload([{ name: 'first.txt', content: kibibytes(6) }]).expect(201);
    const refused = await library.upload([{ name: 'second.txt', content: kibibytes(5) }]).expect(413);
    expect(refused.body.failures[0]).to.include({ code: 'quota-exceeded', status: 413 });
    expect(refused.body.failures[0].sentence).to.include(`second.txt ${sentence}`);
    await library.upload([{ name: 'fits.txt', content: kibibytes(4) }]).expect(201);
    expect(await used()).to.equal('This site uses 10 KiB of 10 KiB now.');
    expect((await library.upload([{ name: 'one.txt', content: Buffer.from('1') }])).status).to.equal(413);
    expect((await library.add({ name: 'there.txt', content: kibibytes(20) }, library.other)).size).to.equal(20 * 1024);
    const { body } = await library.get(`${base}/api/documents?q=first`);
    await library.form(`${base}/documents/${body.documents[0].id}/delete`).expect(303);
    expect(await used()).to.equal('This site uses 4 KiB of 10 KiB now.');
    await library.upload([{ name: 'second.txt', content: kibibytes(5) }]).expect(201);
    expect(await doctor()).to.have.property('exitCode', 0);
  });

  it('is the same for pictures that are pasted into an article', async () => {
    const pictures = '/web/home/web-content/pictures';
    await library.upload([{ name: 'pasted.png', content: await picture(20, 20) }], pictures).expect(201);
    const { body } = await library.upload([{ name: 'large.png', content: kibibytes(20) }], pictures).expect(413);
    expect(body.error).to.include({ code: 'quota-exceeded' });
    expect(body.error.message).to.include(`large.png ${sentence}`);
  });

  it('counts all versions, and nothing twice that is added once', async () => {
    const versions = { name: 'scaled.txt', content: kibibytes(2), original: kibibytes(5), idempotencyKey: 'once' };
    await library.add(versions);
    await library.add(versions);
    expect(await used()).to.equal('This site uses 7 KiB of 10 KiB now.');
    const before = await files();
    const tooMuch = { name: 'more.txt', content: kibibytes(1), original: kibibytes(3) };
    expect(await library.add(tooMuch).catch(({ code }) => code)).to.equal('quota-exceeded');
    expect(await files()).to.equal(before);
  });

  it('is not exceeded by uploads that come at once', async () => {
    const contents = Array.from({ length: 8 }, (_, index) => ({ name: `file-${index}.txt`, content: kibibytes(3) }));
    const answers = await Promise.all(contents.map((file) => library.upload([file]).then(({ status }) => status)));
    expect(answers.toSorted()).to.deep.equal([201, 201, 201, 413, 413, 413, 413, 413]);
    expect([await used(), await files()]).to.deep.equal(['This site uses 9 KiB of 10 KiB now.', 3]);
    expect(await doctor()).to.have.property('exitCode', 0);
  });

  it('refuses a file of a known length before its bytes are sent', async () => {
    const socket = await library.halfUpload('large.txt');
    let answer = '';
    for await (const chunk of socket) {
      answer += String(chunk);
      if (answer.includes('quota-exceeded')) break;
    }
    socket.destroy();
    expect(answer).to.include('HTTP/1.1 413').and.include(`large.txt ${sentence}`);
    expect(await files()).to.equal(0);
  });

  it('stops reading a file of unknown length where there is no more room', async () => {
    let sent = 0;
    const endless = new Readable({
      read() {
        sent += 1024;
        this.push(kibibytes(1));
      },
    });
    expect(await library.add({ name: 'endless.txt', content: endless }).catch(({ code }) => code)).to.equal('quota-exceeded');
    expect(sent).to.be.below(1024 * 1024);
    expect([endless.destroyed, await files()]).to.deep.equal([true, 0]);
  });

  it('that is counted wrong is found by the doctor, and put right by the portal itself', async () => {
    const { id } = await library.add({ name: 'one.txt', content: kibibytes(4) });
    const set = (sql: string, ...values: readonly (string | number)[]) =>
      library.portal.service(UnitOfWork).write((transaction) => transaction.query(sql, [...values]));
    for (const wrong of [
      () => set('UPDATE documents_media_site_storage SET bytes = 99 WHERE site_id = ?', library.home.id),
      () => set('DELETE FROM documents_media_site_storage WHERE site_id = ?', library.home.id),
    ]) {
      await wrong();
      const { exitCode, out } = await doctor();
      expect([exitCode, /take 4096 bytes, and (?:99|0) are counted/.test(out)], out).to.deep.equal([1, true]);
      await new StorageCount(library.portal.service(UnitOfWork), library.portal.service(Log)).repair();
      expect([await used(), (await doctor()).exitCode]).to.deep.equal(['This site uses 4 KiB of 10 KiB now.', 0]);
    }
    await library.form(`${base}/documents/${id}/delete`).expect(303);
    expect(await used()).to.equal('This site uses 0 B of 10 KiB now.');
  });

  it('is limited by those who manage the portal; those of the site read how much is used', async () => {
    const [admin, password] = [await library.portal.signIn(), 'lanterns over the harbour'];
    const add = [
      'users',
      'add',
      '--email',
      'site@portico.example',
      '--name',
      'Sid',
      '--role',
      'Site Administrator',
      '--site',
      'home',
    ];
    expect(await library.portal.command(add, password)).to.include({ exitCode: 0 });
    const sid = await library.portal.signIn({ email: 'site@portico.example', password });
    await library.add({ name: 'one.txt', content: kibibytes(4) });
    const shown = visibleText((await sid.get(sitePage)).text);
    expect(shown)
      .to.include('Read-only here.')
      .and.include('This site uses 4 KiB of 10 KiB now.')
      .and.not.include('Change for this site');
    const lifted = await saveForm(library.portal, sid, sitePage, { 'storageQuota.mode': 'own', storageQuota: '1 TiB' });
    expect([lifted.status, visibleText(lifted.text)]).to.satisfy(
      ([status, text]: [number, string]) => status === 409 && text.includes('This limits the site'),
    );
    for (const fields of [{ 'form.reset': 'storageQuota' }, { 'storageQuota.mode': 'inherit' }])
      expect((await saveForm(library.portal, sid, sitePage, fields)).status, JSON.stringify(fields)).to.equal(409);
    const { text } = await sid.get(`${sitePage}/reset`);
    expect(visibleText(text)).to.include('Nothing here has a value of its own.');
    expect(await used()).to.equal('This site uses 4 KiB of 10 KiB now.');
    expect(
      (await saveForm(library.portal, admin, sitePage, { 'storageQuota.mode': 'own', storageQuota: '20 MiB' })).status,
    ).to.equal(303);
    expect(await used()).to.equal('This site uses 4 KiB of 20 MiB now.');
    expect((await saveForm(library.portal, admin, sitePage, { 'storageQuota.mode': 'own', storageQuota: '0' })).status).to.equal(
      303,
    );
    expect(await used()).to.equal('This site uses 4 KiB now.');
  });
});

describe('The settings of Documents and Media', () => {
  it('show their use, take what the configuration said before, and are in force when they are saved', async () => {
    const before = { uploadsAtOncePerPerson: 3, uploadBytesPerPersonAndHour: 2048 };
    const library = await Library.open({ config: { modules: { 'documents-media': before } } });
    try {
      const admin = await library.portal.signIn();
      const shown = async (): Promise<string> => visibleText((await admin.get(instancePage)).text);
      await library.upload([{ name: 'one.txt', content: Buffer.alloc(2048, 'a') }]).expect(201);
      await library.upload([{ name: 'two.txt', content: Buffer.from('two') }]).expect(429);
      expect(formOf((await admin.get(instancePage)).text)).to.include({
        storageQuota: '100 GiB',
        uploadsAtOncePerPerson: '3',
        uploadBytesPerPersonAndHour: '2 KiB',
      });
      expect(await shown())
        .to.include('All sites together use 2 KiB now; Home uses most, 2 KiB.')
        .and.include('Nobody is sending a file now.')
        .and.include('Within the last hour 2 KiB were sent; most by one person: 2 KiB.')
        .and.include('In force: 3, from the configuration file (modules.documents-media.uploadsAtOncePerPerson).');
      expect((await saveForm(library.portal, admin, instancePage, { uploadBytesPerPersonAndHour: '1 MiB' })).status).to.equal(
        303,
      );
      await library.upload([{ name: 'two.txt', content: Buffer.from('two') }]).expect(201);
      const settings = library.portal.service(Settings).of(limitSettings);
      expect(settings.get(instanceScope)).to.deep.include({
        uploadsAtOncePerPerson: 3,
        uploadBytesPerPersonAndHour: 1024 * 1024,
      });
    } finally {
      await library.close();
    }
  });
});
