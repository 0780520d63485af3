import { type AccessContext, BlobStore, inject, injectable, Log, PortalError } from '@portico/core';
import { DocumentFiles } from './document-files.js';
import { type ExifFacts, readExif } from './exif.js';
import { ImageError, Images } from './images.js';

/** Pictures whose data is remembered: pages of the same ones are opened again and again. */
const mostKnown = 200;

/** What a camera wrote into the current version of a picture. Whoever asks has asked before whether it is for the person. */
@injectable()
export class CameraData {
  private readonly known = new Map<string, ExifFacts | undefined>();

  constructor(
    @inject(BlobStore) private readonly blobs: BlobStore,
    @inject(DocumentFiles) private readonly files: DocumentFiles,
    @inject(Images) private readonly images: Images,
    @inject(Log) private readonly log: Log,
  ) {}

  /** Undefined where there is none, or where it cannot be read now. @throws PortalError `not-found` (404). */
  async of(access: AccessContext, documentId: string): Promise<ExifFacts | undefined> {
    const { blobId, sha256 } = await this.files.picture(access, documentId);
    if (this.known.has(sha256)) return this.known.get(sha256);
    try {
      const exif = await this.images.exif(this.blobs.pathOf(blobId));
      const facts = exif && readExif(exif);
      const [oldest] = this.known.keys();
      if (this.known.size >= mostKnown && oldest !== undefined) this.known.delete(oldest);
      this.known.set(sha256, facts);
      return facts;
    } catch (error) {
      // The page of the picture is worth more than this.
      if (!(error instanceof ImageError || error instanceof PortalError)) throw error;
      this.log.info('What a camera wrote into a picture could not be read.', { blob: blobId, error });
      return undefined;
    }
  }
}
