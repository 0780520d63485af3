import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PortalError } from '@portico/core';
import { expect } from 'chai';
import type { DocumentLimits } from '../services/document-limits.js';
import { Images } from '../services/images.js';
import { picture } from '../testing/index.js';

describe('Work on pictures', () => {
  let folder: string;
  let file: string;
  let images: Images;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portico-images-'));
    file = join(folder, 'picture.png');
    await writeFile(file, await picture(60, 40));
  });
  beforeEach(() => {
    images = new Images({ imagesAtOnce: 1, imageSeconds: 20, maxImagePixels: 1e6 } as DocumentLimits);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('lets uploads go before what is made for readers', async () => {
    const ended: string[] = [];
    const work = (name: string, promise: Promise<unknown>): Promise<unknown> => promise.then(() => ended.push(name));
    await Promise.all([
      work('first', images.withoutMetadata(file, undefined)),
      work('second', images.thumbnail(file, undefined)),
      work('third', images.withoutMetadata(file, undefined)),
      work('upload', images.inspect(file)),
    ]);
    expect(ended).to.deep.equal(['first', 'upload', 'second', 'third']);
  });

  it('has no more of them wait than can be made soon, and refuses no upload', async () => {
    const wanted = Array.from({ length: 202 }, () => images.thumbnail(file, undefined));
    const [results, upload] = await Promise.all([Promise.allSettled(wanted), images.inspect(file)]);
    expect(upload).to.include({ width: 60, height: 40 });
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as PortalError] : []));
    expect(refused.map(({ code, status, retryAfter }) => ({ code, status, retryAfter }))).to.deep.equal([
      { code: 'thumbnail-failed', status: 503, retryAfter: 5 },
    ]);
    await images.thumbnail(file, undefined);
  });
});
