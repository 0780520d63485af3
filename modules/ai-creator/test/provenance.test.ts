import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { UnitOfWork } from '@portico/core';
import { digitalSourceType } from '@portico/core/testing';
import { base, bytes, Library, picture } from '@portico/documents-media/testing';
import { expect } from 'chai';
import sharp from 'sharp';
import {
  compositeMark,
  compositeWithTrainedAlgorithmicMedia,
  generatedMark,
  trainedAlgorithmicMedia,
} from '../services/documents/generated-mark.js';
import type { Provenance, VariationSource } from '../services/documents/provenance.js';

const provenance: Provenance = {
  kind: 'generated',
  prompt: 'Two lighthouses at dusk',
  provider: 'openai',
  model: 'gpt-image-2.6-flare',
  size: '512x512',
  generatedAt: '2026-11-22T10:00:00.000Z',
  generationId: 'a-generation',
  parameters: { quality: 'low', requested: '1024x1024' },
  usage: { inputTokens: 12, outputTokens: 544, images: 2 },
  cost: { amount: 0.0123, currency: 'USD' },
};

describe('Generated documents', () => {
  let library: Library;
  let original: Buffer;
  let id: string;

  before(async () => {
    library = await Library.open();
    original = await picture(1024, 1024);
    const content = await sharp(original).resize(512, 512).withXmp(generatedMark).png().toBuffer();
    const added = await library.add({
      name: 'lighthouses.png',
      content,
      original,
      altText: 'Drafted',
      altTextDrafted: true,
      metadata: { provenance },
    });
    id = added.id;
    await library.add({ name: 'photo.png', content: await picture(64, 64) });
  });
  after(() => library.close());

  function items(html: string): { title: string; generated?: boolean; caption?: object }[] {
    return [...html.matchAll(/data-item="([^"]*)"/g)].map(([, json = '']) => JSON.parse(json.replaceAll('&quot;', '"')));
  }

  it('carry the mark in what is delivered and in the small picture, and keep the original untouched', async () => {
    const read = async (path: string): Promise<Buffer> =>
      bytes(await library.get(`${base}/documents/${id}${path}`).buffer(true).expect(200));
    for (const path of ['/view', '/download', '/thumbnail'])
      expect(await digitalSourceType(await read(path)), path).to.equal(trainedAlgorithmicMedia);
    expect(await read('/versions/1.0/download')).to.deep.equal(original);
  });

  it('carry the mark in what guests get, who learn nothing else of how they were made', async () => {
    const guest = library.portal.agent();
    for (const path of ['/view', '/download', '/thumbnail']) {
      const delivered = bytes(await guest.get(`${base}/documents/${id}${path}`).buffer(true).expect(200));
      expect(await digitalSourceType(delivered), path).to.equal(trainedAlgorithmicMedia);
    }
    for (const path of [`/documents/${id}`, `/api/documents/${id}`]) {
      const { text } = await guest.get(base + path).expect(200);
      for (const secret of [provenance.prompt, provenance.model, provenance.generationId, 'sha256'])
        expect(text, `${path}: ${secret}`).not.to.include(secret);
    }
  });

  it('leave other pictures without the mark', async () => {
    const list = await library.get(`${base}/api/documents`);
    const photo = (list.body.documents as { id: string; name: string }[]).find(({ name }) => name === 'photo.png');
    const answer = await library.get(`${base}/documents/${photo?.id}/thumbnail`).buffer(true).expect(200);
    expect(await digitalSourceType(bytes(answer))).to.equal(undefined);
  });

  it('tell on their page how they came to be', async () => {
    const { text } = await library.get(`${base}/documents/${id}`).set('Accept', 'text/html').expect(200);
    for (const words of [
      'Two lighthouses at dusk',
      'gpt-image-2.6-flare',
      'Quality',
      '1024x1024',
      'for 2 images together',
      '$0.0123',
      'Not reviewed',
    ])
      expect(text).to.contain(words);
    expect(text).to.match(/SHA-256 of version 1\.0[\s\S]*[0-9a-f]{64}/);
  });

  it('say which version is the original, and say so of no other file', async () => {
    const versionsOf = async (document: string): Promise<readonly (string | undefined)[]> => {
      const { text } = await library.get(`${base}/documents/${document}`).set('Accept', 'text/html').expect(200);
      const entries = text.split('<li class="line-item">').slice(1);
      return entries.map(
        (entry) => `${/Version [\d.]+/.exec(entry)?.[0]}${entry.includes('Original as delivered') ? ': original' : ''}`,
      );
    };
    expect(await versionsOf(id)).to.deep.equal(['Version 1.1', 'Version 1.0: original']);
    const plain = await library.add({ name: 'two.png', content: await picture(32, 32), original: await picture(64, 64) });
    expect(await versionsOf(plain.id)).to.deep.equal(['Version 1.1', 'Version 1.0']);
  });

  it('tell the same to programs, with every version and its hash', async () => {
    const { body } = await library.get(`${base}/documents/${id}/provenance`).expect(200);
    expect(body.provenance).to.deep.equal(provenance);
    expect(body.digitalSourceType).to.equal(trainedAlgorithmicMedia);
    expect(
      body.versions.map((version: { label: string; isOriginal: boolean }) => [version.label, version.isOriginal]),
    ).to.deep.equal([
      ['1.1', false],
      ['1.0', true],
    ]);
    await library.portal.agent().get(`${base}/documents/${id}/provenance`).expect(401);
  });

  it("say what they are a variation of, and carry the mark of a composite where that was no machine's", async () => {
    const photo = await library.add({ name: 'quay.png', content: await picture(90, 60) });
    const content = await sharp(await picture(96, 96))
      .withXmp(compositeMark)
      .png()
      .toBuffer();
    const add = (name: string, variationOf: VariationSource) =>
      library.add({ name, content, metadata: { provenance: { ...provenance, isComposite: true, variationOf } } });
    const source = { name: 'quay.png', sha256: photo.sha256 };
    const near = await add('quay-1.png', { ...source, documentId: photo.id, version: '1.0' });
    const far = await add('quay-2.png', { ...source, idempotencyKey: 'not-added-yet' });
    const elsewhere = await library.add({ name: 'quay.png', content: await picture(90, 60) }, library.other);
    const foreign = await add('quay-3.png', { ...source, documentId: elsewhere.id });
    const report = async (id: string) => (await library.get(`${base}/documents/${id}/provenance`).expect(200)).body;
    const place = `${base}/documents/${near.id}`;
    expect((await report(near.id)).source).to.deep.equal({ id: photo.id, name: 'quay.png' });
    expect((await report(near.id)).digitalSourceType).to.equal(compositeWithTrainedAlgorithmicMedia);
    const thumbnail = bytes(await library.get(`${place}/thumbnail`).buffer(true).expect(200));
    expect(await digitalSourceType(thumbnail)).to.equal(compositeWithTrainedAlgorithmicMedia);
    const page = await library.get(place).set('Accept', 'text/html');
    expect(page.text).to.contain(`<a href="${base}/documents/${photo.id}">quay.png</a>`).and.contain(photo.sha256);
    for (const { id } of [far, foreign]) {
      expect((await report(id)).source).to.equal(undefined);
      const { text } = await library.get(`${base}/documents/${id}`).set('Accept', 'text/html');
      expect(text).to.contain('quay.png (not in Documents and Media)');
    }
    await library.add({ name: 'became.png', content: await picture(90, 60), idempotencyKey: 'not-added-yet' });
    expect((await report(far.id)).source).to.deep.include({ name: 'became.png' });
    for (const { id } of [near, far, foreign]) await library.form(`${base}/documents/${id}/delete`).expect(303);
  });

  it('stand by themselves under the filter AI generated, from all folders', async () => {
    const folder = await library.documents.ensureFolder(library.system(), 'Deep');
    const inside = await library.add({
      name: 'inside.png',
      folderId: folder.id,
      content: await picture(80, 80),
      metadata: { provenance },
    });
    const list = await library.get(`${base}/api/documents?only=generated`).expect(200);
    expect((list.body.documents as { id: string }[]).map((entry) => entry.id)).to.deep.equal([inside.id, id]);
    const page = await library.get(`${base}?only=generated&q=light`).set('Accept', 'text/html').expect(200);
    expect(page.text).to.contain('lighthouses.png').and.not.to.contain('inside.png').and.not.to.contain('photo.png');
  });

  it('are found again by a similar description, in their site alone', async () => {
    const found = await library.documents.similar(library.system(), 'provenance', 'a lighthouse at DUSK');
    expect(found.map(({ name }) => name)).to.include('lighthouses.png');
    expect(await library.documents.similar(library.system(), 'provenance', 'a red bicycle')).to.deep.equal([]);
    expect(await library.documents.similar(library.system(library.other), 'provenance', 'a lighthouse at dusk')).to.deep.equal(
      [],
    );
  });

  it('are found by words of every script as they are spelled: marks are part of them', async () => {
    await library.add({
      name: 'books.png',
      content: await picture(60, 40),
      metadata: { provenance: { ...provenance, prompt: 'किताब मेज' } },
    });
    const names = async (words: string): Promise<readonly string[]> =>
      (await library.documents.similar(library.system(), 'provenance', words)).map(({ name }) => name);
    expect(await names('किताब मेज')).to.deep.equal(['books.png']);
    expect(await names('कतब मज')).to.deep.equal([]);
  });

  it('are found by words that are written without spaces, and by single signs that are words', async () => {
    const prompts: Readonly<Record<string, string>> = {
      'thai.png': 'แมวนอนบนหลังคาบ้านสีแดง',
      'japanese.png': '赤い灯台が崖の上に立っている',
      'chinese.png': '山 与 湖',
      'hindi.png': 'लाल प्रकाशस्तंभ और समुद्र',
    };
    for (const [name, prompt] of Object.entries(prompts))
      await library.add({ name, content: await picture(60, 40), metadata: { provenance: { ...provenance, prompt } } });
    const found: Record<string, readonly string[]> = {};
    for (const words of ['หลังคาสีแดง', '崖と灯台', 'ガラスの城', '湖', 'समुद्र और प्रकाशस्तंभ', 'समद'])
      found[words] = (await library.documents.similar(library.system(), 'provenance', words)).map(({ name }) => name);
    expect(found).to.deep.equal({
      หลังคาสีแดง: ['thai.png'],
      崖と灯台: ['japanese.png'],
      ガラスの城: [],
      湖: ['chinese.png'],
      'समुद्र और प्रकाशस्तंभ': ['hindi.png'],
      समद: [],
    });
  });

  it('are found by the words of today when they came in under earlier rules', async () => {
    const home = await mkdtemp(join(tmpdir(), 'portico-words-'));
    try {
      const prompt = 'เรือใบในอ่าวที่เงียบสงบ';
      const earlier = await Library.open({ home });
      const metadata = { provenance: { ...provenance, prompt } };
      const { id: bay } = await earlier.add({ name: 'bay.png', content: await picture(61, 40), metadata });
      // As an earlier version of the module left it: the sentence was one word.
      await earlier.portal.service(UnitOfWork).write(async (transaction) => {
        await transaction.query('DELETE FROM documents_media_metadata_word WHERE document_id = ?', [bay]);
        await transaction.query('UPDATE documents_media_document SET word_rules = 0 WHERE id = ?', [bay]);
      });
      const found = async (opened: Library): Promise<readonly string[]> =>
        (await opened.documents.similar(opened.system(), 'provenance', 'อ่าวเงียบสงบ')).map(({ name }) => name);
      expect(await found(earlier)).to.deep.equal([]);
      await earlier.close();
      const now = await Library.open({ home });
      for (let looks = 0; looks < 200 && (await found(now)).length === 0; looks += 1) await wait(100);
      expect(await found(now)).to.deep.equal(['bay.png']);
      await now.close();
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  });

  it('are added once with one key, however often and at whatever time', async () => {
    const content = await picture(70, 70);
    const add = () =>
      library.add({ name: 'once.png', unique: true, content, metadata: { provenance }, idempotencyKey: 'image-1' });
    const added = await Promise.all([add(), add(), add()]);
    added.push(await add());
    expect(new Set(added.map((document) => document.id)).size).to.equal(1);
  });

  it('keep a drafted alternative text marked until a person saves it', async () => {
    await library.form(`${base}/documents/${id}`, { name: 'lighthouses.png', altText: 'Drafted' }).expect(303);
    expect((await library.documents.find(library.system(), id)).altTextDrafted).to.equal(false);
  });

  it('shows how a generated picture came to be', async () => {
    const { id } = await library.add({
      name: 'lighthouse.png',
      content: await picture(256, 256),
      metadata: {
        provenance: {
          kind: 'generated',
          prompt: 'a lighthouse <at> dusk',
          provider: 'openai',
          model: 'gpt-image-1.5',
          size: '256x256',
          generatedAt: '2026-11-22T15:00:00.000Z',
          generationId: 'g1',
        },
      },
    });
    const page = await library.get(`${base}/documents/${id}`).expect(200);
    expect(page.text).to.include('AI generated').and.include('a lighthouse &lt;at&gt; dusk').and.include('gpt-image-1.5');
    expect((await library.get(`${base}/api/documents/${id}`)).body.provenance.prompt).to.equal('a lighthouse <at> dusk');
  });

  it('says which picture a machine made, and suggests no caption by itself', async () => {
    const folder = await library.documents.ensureFolder(library.system(), 'Generated');
    await library.add({ name: 'by-hand.png', folderId: folder.id, content: await picture(60, 40) });
    await library.add({
      name: 'by-machine.png',
      folderId: folder.id,
      content: await picture(61, 40),
      metadata: {
        provenance: {
          kind: 'generated',
          prompt: 'a grid',
          provider: 'openai',
          model: 'gpt-image-2.6-flare',
          size: '256x256',
          generatedAt: '2026-11-22T15:00:00.000Z',
          generationId: 'g1',
        },
      },
    });
    const answer = await library.get(`${base}/selector?type=image&return=image-url&folder=${folder.id}`).expect(200);
    expect(items(answer.text).map(({ title, generated, caption }) => ({ title, generated, caption }))).to.deep.equal([
      { title: 'by-machine.png', generated: true, caption: undefined },
      { title: 'by-hand.png', generated: undefined, caption: undefined },
    ]);
  });
});
