import { rm } from 'node:fs/promises';
import { Settings } from '@portico/configuration/api';
import { AccessContexts, BlobStore, UnitOfWork } from '@portico/core';
import { Documents } from '@portico/documents-media/api';
import { expect } from 'chai';
import sharp from 'sharp';
import { sourcePicture } from '../services/images/variation-sources.js';
import { creatorSettings } from '../services/settings/settings.js';
import { type CreatorPortal, type GenerationAnswer, startCreatorPortal } from './creator-portal.js';

describe('refining images where it cannot be', () => {
  let creator: CreatorPortal;
  let documentId: string;
  before(async () => {
    creator = await startCreatorPortal({
      config: { concurrency: 1 },
      modules: { 'documents-media': { maxImagePixels: 100_000_000 } },
    });
    const content = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#008844' } })
      .png()
      .toBuffer();
    const access = creator.portal.service(AccessContexts).system(creator.site);
    documentId = (await creator.portal.service(Documents).add(access, { name: 'leaf.png', content })).id;
  });
  beforeEach(() => creator.sandbox.reset());
  afterEach(() => choose('openai'));
  after(() => creator.stop());

  /** A service without an edits endpoint, or the one that has it. */
  async function choose(service: 'openai' | 'ollama'): Promise<void> {
    const { person } = creator.portal.service(AccessContexts).system();
    if (!person) throw new Error('Nobody is the system.');
    await creator.portal
      .service(Settings)
      .of(creatorSettings)
      .save({ kind: 'instance' }, { service: { set: service } }, person);
  }
  const page = async (path: string): Promise<string> =>
    (await creator.visitor.get(`/web/home/${path}`).set('Accept', 'text/html')).text;
  /** Keeps the only place busy, and lets a variation wait behind. */
  async function waiting(): Promise<{ readonly first: string; readonly second: string }> {
    creator.sandbox.next('stall-before-headers');
    const first = (await creator.create({ description: 'first in line' })).body.id as string;
    for (let tries = 0; creator.sandbox.generations.length === 0 && tries < 500; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 10));
    const second = (await creator.create({ description: 'waits', sourceDocument: documentId })).body.id as string;
    return { first, second };
  }
  async function outcome({ first, second }: { readonly first: string; readonly second: string }): Promise<GenerationAnswer> {
    await creator.portal.post(creator.visitor, `/web/home/ai-creator/generations/${first}/cancel`);
    return creator.settled(second);
  }

  it('has no button and no action, and refuses programs, while the service in use makes no variations', async () => {
    const { id } = (await creator.create()).body as { id: string };
    await creator.settled(id);
    const places = [
      'documents-media',
      `documents-media/documents/${documentId}`,
      'ai-creator/generations',
      `ai-creator/generations/${id}`,
    ];
    for (const place of places) expect(await page(place), place).to.match(/Refine with AI|aria-label="Refine /);
    await choose('ollama');
    for (const place of places) expect(await page(place), place).not.to.match(/Refine with AI|aria-label="Refine /);
    const answer = await creator.create({ sourceDocument: documentId });
    expect([answer.status, answer.body.error.code]).to.deep.equal([409, 'cannot-refine']);
    expect(await page(`ai-creator/create?sourceDocument=${documentId}`)).to.contain('makes no variations of images');
  });

  it('sends nothing when the service was changed while a variation waited', async () => {
    const line = await waiting();
    await choose('ollama');
    const generation = await outcome(line);
    expect(generation.problem).to.deep.include({ code: 'cannot-refine' });
    expect(generation.problem?.sentence).to.contain('Nothing is charged.');
    expect(creator.sandbox.edits).to.deep.equal([]);
  });

  it('sends nothing when the file that was kept has vanished, and the doctor names it', async () => {
    const line = await waiting();
    const [row] = await creator.portal
      .service(UnitOfWork)
      .read((reader) =>
        reader.query<{ blob: string }>('SELECT source_blob AS blob FROM ai_creator_generation WHERE id = ?', [line.second]),
      );
    await rm(creator.portal.service(BlobStore).pathOf(row?.blob ?? ''));
    const { out } = await creator.portal.command(['doctor']);
    expect(out).to.contain(`The file ${row?.blob} that the generation ${line.second} varies is missing.`);
    const generation = await outcome(line);
    expect(generation.problem).to.deep.include({ code: 'source-gone' });
    expect(creator.sandbox.edits).to.deep.equal([]);
  });

  it('refuses a picture that is too large to be read, says which, and keeps nothing of it', async () => {
    const content = await sharp({
      create: { width: 9000, height: 8000, channels: 3, background: '#ffffff' },
      limitInputPixels: false,
    })
      .png({ compressionLevel: 1 })
      .toBuffer();
    const access = creator.portal.service(AccessContexts).system(creator.site);
    const { id } = await creator.portal.service(Documents).add(access, { name: 'wall.png', content });
    const answer = await creator.create({ sourceDocument: id });
    expect([answer.status, answer.body.error.code]).to.deep.equal([422, 'source-unsuitable']);
    expect(answer.body.error.message).to.equal('wall.png cannot be varied: it is too large, or it cannot be read.');
    expect(creator.sandbox.requests).to.deep.equal([]);
  });
});

describe('a picture that leaves the portal', () => {
  const wide = sharp({ create: { width: 4096, height: 1024, channels: 3, background: '#204060' } });
  const facts = async (bytes: Buffer) => {
    const picture = await sourcePicture(bytes);
    return { ...(await sharp(picture?.bytes).metadata()), mimeType: picture?.mimeType };
  };

  it('is upright, small enough, and without what the camera wrote', async () => {
    const photo = await wide
      .clone()
      .jpeg()
      .withMetadata({ orientation: 6 })
      .withExifMerge({ IFD0: { Copyright: 'Somebody' }, IFD3: { GPSLatitudeRef: 'N' } })
      .toBuffer();
    const { width, height, exif, xmp, mimeType } = await facts(photo);
    expect({ width, height, exif, xmp, mimeType }).to.deep.equal({
      width: 512,
      height: 2048,
      exif: undefined,
      xmp: undefined,
      mimeType: 'image/jpeg',
    });
  });

  it('is of a type that services take', async () => {
    const small = wide.clone().resize(200);
    const clear = small.clone().ensureAlpha(0.5);
    expect((await facts(await small.clone().png().toBuffer())).mimeType).to.equal('image/png');
    expect((await facts(await small.clone().webp().toBuffer())).mimeType).to.equal('image/jpeg');
    expect((await facts(await small.clone().avif({ effort: 0 }).toBuffer())).mimeType).to.equal('image/jpeg');
    expect((await facts(await clear.clone().avif({ effort: 0 }).toBuffer())).mimeType).to.equal('image/png');
    expect((await facts(await clear.clone().webp().toBuffer())).mimeType).to.equal('image/png');
    expect(await sourcePicture(Buffer.from('A letter.'))).to.equal(undefined);
  });
});
