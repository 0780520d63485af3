import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { BlobStore, inject, injectable } from '@portico/core';
import { readSignature } from './file-types.js';
import { knownType } from './known-types.js';
import { flacPatches, mp3Patches, wavPatches } from './metadata-removal/audio.js';
import { isoMediaPatches } from './metadata-removal/iso-media.js';
import { matroskaPatches } from './metadata-removal/matroska.js';
import { officePatches } from './metadata-removal/office.js';
import { oggPatches } from './metadata-removal/ogg.js';
import { FileReader, MetadataRemovalError, type Patch, patching } from './metadata-removal/patches.js';
import type { PdfAnswer } from './metadata-removal/pdf.js';

type FindPatches = (file: FileReader) => Promise<readonly Patch[]>;

/** By type, what must change in a file so that it tells nothing of its making. */
const patchesOf: Readonly<Record<string, FindPatches>> = {
  'video/mp4': isoMediaPatches,
  'video/quicktime': isoMediaPatches,
  'audio/mp4': isoMediaPatches,
  'video/webm': matroskaPatches,
  'video/matroska': matroskaPatches,
  'audio/mpeg': mp3Patches,
  'audio/wav': wavPatches,
  'audio/flac': flacPatches,
  'audio/ogg': oggPatches,
  'video/ogg': oggPatches,
};
/** Templates, shows and files with macros as well, which have no type of the list. */
const officeTypes =
  /^application\/vnd\.(?:openxmlformats-officedocument\.|oasis\.opendocument\.|ms-(?:word|excel|powerpoint)\.\w+\.macroenabled)/i;
/** Of what has no type of the list: archives, programs and data, in which whatever stands is the content. */
const contents = new Set(
  [
    'zip gzip zstd xml x-tar x-rar-compressed x-7z-compressed x-bzip2 x-xz x-lzip x-lz4 x-compress x-lzh-compressed x-arj x-cpio x-asar',
    'x-ace-compressed x-unix-archive x-apple-diskimage vnd.ms-cab-compressed vnd.android.package-archive java-archive java-vm wasm',
    'x-elf x-mach-binary x-msdownload x-deb x-rpm x-xpinstall x-google-chrome-extension x-nintendo-nes-rom x-sqlite3',
  ].flatMap((names) => names.split(' ').map((name) => `application/${name}`)),
);
const isContent = (mimeType: string): boolean => /^(?:text|font)\//.test(mimeType) || contents.has(mimeType);
const octets = 'application/octet-stream';

const pdfSeconds = 60;
const pdfMegabytes = 768;
const signatureSeconds = 10;

/**
 * Whether a file is nothing but what somebody wrote into it: texts and code. Archives count as well: what is in one is its content, and nobody here
 * opens it.
 */
export function isAllContent(mimeType: string): boolean {
  const group = knownType(mimeType)?.group;
  return mimeType.startsWith('text/') || group === 'code' || group === 'archive';
}

/**
 * Takes out of a file what it says about its making (places, people, devices, programs, times), and leaves what is seen, heard and read as it is: nothing
 * is encoded anew. Most formats are patched as they flow by; a PDF is written anew in a worker thread, one at a time. What is not understood to
 * its end is refused: a file that may tell something is not handed out in the hope that it does not.
 */
@injectable()
export class MetadataRemoval {
  private pdfs: Promise<unknown> = Promise.resolve();

  constructor(@inject(BlobStore) private readonly blobs: BlobStore) {}

  /** The content without its metadata. @throws MetadataRemovalError */
  async without(blobId: string, mimeType: string): Promise<Readable | Uint8Array> {
    const path = this.blobs.pathOf(blobId);
    if (mimeType === 'application/pdf') return this.pdf(path);
    const patches = await patchesFor(path, mimeType);
    const content = await this.blobs.open(blobId);
    const patched = patching(patches);
    content.on('error', (error) => patched.destroy(error));
    patched.on('close', () => content.destroy());
    return content.pipe(patched);
  }

  private pdf(path: string): Promise<Uint8Array> {
    const written = this.pdfs.then(() => pdfInWorker(path));
    this.pdfs = written.catch(() => undefined);
    return written;
  }
}

async function patchesFor(path: string, mimeType: string): Promise<readonly Patch[]> {
  if (mimeType === octets) return octetPatches(path);
  const find = patchesOf[mimeType] ?? (officeTypes.test(mimeType) ? officePatches : undefined);
  if (!find) throw new MetadataRemovalError(`nobody here knows where ${mimeType} has it`);
  return FileReader.over(path, find);
}

/** What has no type of the closed list may still be a document or a recording of a format of which nothing is known here. */
async function octetPatches(path: string): Promise<readonly Patch[]> {
  const signature = await readSignature(path, signatureSeconds).catch(() => {
    throw new MetadataRemovalError('what the file is cannot be made out');
  });
  if (signature === undefined || isContent(signature)) return [];
  if (officeTypes.test(signature)) return FileReader.over(path, officePatches);
  throw new MetadataRemovalError(`nobody here knows where ${signature} has it`);
}

/** Ends by itself, by the time limit, or with what a PDF may take of memory. */
function pdfInWorker(path: string): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./metadata-removal/pdf.js', import.meta.url), {
      workerData: path,
      resourceLimits: { maxOldGenerationSizeMb: pdfMegabytes },
      // What the library says of broken objects is for nobody.
      stdout: true,
      stderr: true,
    });
    const refuse = (reason: string): void => reject(new MetadataRemovalError(reason));
    const deadline = setTimeout(() => {
      refuse('reading the PDF takes too long');
      void worker.terminate();
    }, pdfSeconds * 1000);
    worker.once('message', (answer: PdfAnswer) => {
      if ('content' in answer) resolve(answer.content);
      else refuse(answer.reason);
    });
    worker.once('error', (error) => refuse(error.message));
    worker.once('exit', () => {
      clearTimeout(deadline);
      refuse('reading the PDF ended early');
    });
  });
}
