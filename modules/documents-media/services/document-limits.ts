import { HostConfig, inject, injectable, PortalError, z } from '@portico/core';

const mebibyte = 1024 * 1024;

/** Until somebody says otherwise. */
export const defaultUploadsAtOnce = 10;
export const defaultUploadBytes = 4096 * mebibyte;
export const defaultUploadFiles = 2000;

const schema = z.strictObject({
  /** Bytes of one file. */
  maxFileBytes: z
    .int()
    .min(1)
    .default(64 * mebibyte),
  /** Files of one upload. */
  maxFilesPerUpload: z.int().min(1).max(1000).default(50),
  /** Width times height of an image, after decoding. */
  maxImagePixels: z.int().min(1).default(64_000_000),
  /** Time to decode or scale one image. */
  imageSeconds: z.int().min(1).max(600).default(20),
  /** Images decoded or scaled at the same time; the others wait. */
  imagesAtOnce: z.int().min(1).max(64).default(2),
  /** Time that publishing waits for the copies that readers get of its files. */
  readerCopySeconds: z.int().min(1).max(600).default(10),
  /** Files that one person sends at the same time; a setting of that name says otherwise. */
  uploadsAtOncePerPerson: z.int().min(1).default(defaultUploadsAtOnce),
  /** Bytes that one person adds within an hour; a setting of that name says otherwise. */
  uploadBytesPerPersonAndHour: z.int().min(1).default(defaultUploadBytes),
  /** Files that one person adds within an hour; a setting of that name says otherwise. */
  uploadFilesPerPersonAndHour: z.int().min(1).default(defaultUploadFiles),
});

/** The section `modules.documents-media` of the host's configuration. */
@injectable()
export class DocumentLimits {
  readonly maxFileBytes: number;
  readonly maxFilesPerUpload: number;
  readonly maxImagePixels: number;
  readonly imageSeconds: number;
  readonly imagesAtOnce: number;
  readonly readerCopySeconds: number;
  readonly uploadsAtOncePerPerson: number;
  readonly uploadBytesPerPersonAndHour: number;
  readonly uploadFilesPerPersonAndHour: number;

  constructor(@inject(HostConfig) config: HostConfig) {
    const limits = schema.safeParse(config.module('documents-media') ?? {});
    if (!limits.success) {
      throw new PortalError(
        'configuration-invalid',
        `The section modules.documents-media of the configuration is wrong: ${z.prettifyError(limits.error)}`,
      );
    }
    this.maxFileBytes = limits.data.maxFileBytes;
    this.maxFilesPerUpload = limits.data.maxFilesPerUpload;
    this.maxImagePixels = limits.data.maxImagePixels;
    this.imageSeconds = limits.data.imageSeconds;
    this.imagesAtOnce = limits.data.imagesAtOnce;
    this.readerCopySeconds = limits.data.readerCopySeconds;
    this.uploadsAtOncePerPerson = limits.data.uploadsAtOncePerPerson;
    this.uploadBytesPerPersonAndHour = limits.data.uploadBytesPerPersonAndHour;
    this.uploadFilesPerPersonAndHour = limits.data.uploadFilesPerPersonAndHour;
  }

  /** As it is said to people. */
  get maxFileMegabytes(): number {
    return Math.max(1, Math.floor(this.maxFileBytes / mebibyte));
  }
}
