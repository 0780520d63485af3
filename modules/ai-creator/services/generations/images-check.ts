import { stat } from 'node:fs/promises';
import { BlobStore, In, type IntegrityCheck, type IntegrityFinding, inject, injectable, UnitOfWork } from '@portico/core';
import { GeneratedImage } from '../../entities/generated-image.js';
import { Generation } from '../../entities/generation.js';

/** What was paid for and arrived is still there. */
@injectable()
export class ImagesCheck implements IntegrityCheck {
  readonly title = 'Every generated image that waits for its author has its file.';

  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(BlobStore) private readonly blobs: BlobStore,
  ) {}

  async run(): Promise<readonly IntegrityFinding[]> {
    const images = await this.unitOfWork.read((reader) =>
      reader.repository(GeneratedImage).findBy({ state: In(['received', 'offered']) }),
    );
    const waiting = await this.unitOfWork.read((reader) => reader.repository(Generation).findBy({ state: 'reserved' }));
    const findings: IntegrityFinding[] = [];
    for (const { id, sourceBlob } of waiting) {
      if (sourceBlob && !(await this.isThere(sourceBlob)))
        findings.push({ severity: 'error', message: `The file ${sourceBlob} that the generation ${id} varies is missing.` });
    }
    for (const { id, originalBlob, renditionBlob } of images) {
      for (const blob of [originalBlob, renditionBlob]) {
        if (blob && !(await this.isThere(blob)))
          findings.push({ severity: 'error', message: `The file ${blob} of the generated image ${id} is missing.` });
      }
    }
    return findings;
  }

  private async isThere(blob: string): Promise<boolean> {
    return stat(this.blobs.pathOf(blob)).then(
      (file) => file.isFile(),
      () => false,
    );
  }
}
