import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import {
  PDFArray,
  PDFDict,
  PDFDocument,
  PDFHexString,
  PDFName,
  type PDFObject,
  PDFRawStream,
  PDFRef,
  PDFString,
} from '@cantoo/pdf-lib';
import { MetadataRemovalError } from './patches.js';
import { jpeg2000WithoutMetadata, pictureWithoutMetadata } from './pictures.js';

/** What tells of the making wherever it stands: XMP, the private data of programs and their times. */
const madeBy = ['Metadata', 'PieceInfo', 'LastModified'].map((name) => PDFName.of(name));
/** Who wrote a note, and when. The `T` of a field is its name, which its form needs. */
const noteBy = ['T', 'M', 'CreationDate'].map((name) => PDFName.of(name));
const name = (text: string): PDFName => PDFName.of(text);

/**
 * A PDF without what it says about its making: the Info dictionary (title, author, programs, times), XMP, private data of programs, authors of notes, and
 * the metadata of its JPEG and JPEG 2000 pictures. Only what the document still reaches is written again, so that former revisions go, too.
 *
 * Refused are files that would not stay what they are: encrypted ones, signed ones, whose signature would break, and ones that carry other files.
 * @throws MetadataRemovalError
 */
async function pdfWithoutMetadata(content: Uint8Array): Promise<Uint8Array> {
  const document = await read(content);
  const { context } = document;
  context.trailerInfo.Info = undefined;
  const reached = new Set<PDFObject>();
  const kept = new Set<string>();
  const waiting: PDFObject[] = [context.trailerInfo.Root, context.trailerInfo.ID].filter((object) => object !== undefined);
  for (let object = waiting.pop(); object; object = waiting.pop()) {
    if (object instanceof PDFRef) {
      if (kept.has(object.tag)) continue;
      kept.add(object.tag);
      const target = context.lookup(object);
      if (target) waiting.push(target);
    } else if (!reached.has(object)) {
      reached.add(object);
      if (object instanceof PDFArray) waiting.push(...object.asArray());
      const dictionary = object instanceof PDFDict ? object : object instanceof PDFRawStream ? object.dict : undefined;
      if (!dictionary) continue;
      clean(dictionary);
      waiting.push(...dictionary.values());
    }
  }
  for (const [ref, object] of context.enumerateIndirectObjects()) {
    if (!kept.has(ref.tag)) context.delete(ref);
    else if (object instanceof PDFRawStream) {
      const change = pictures.get(filterOf(object.dict));
      if (change) context.assign(ref, PDFRawStream.of(object.dict, change(object.contents)));
    }
  }
  return document.save({ addDefaultPage: false, updateFieldAppearances: false, rewrite: true });
}

async function read(content: Uint8Array): Promise<PDFDocument> {
  try {
    return await PDFDocument.load(content, { updateMetadata: false, preserveXFA: true, throwOnInvalidObject: true });
  } catch (error) {
    throw new MetadataRemovalError(error instanceof Error ? error.message : 'the PDF cannot be read');
  }
}

function clean(dictionary: PDFDict): void {
  if (dictionary.has(name('ByteRange'))) throw new MetadataRemovalError('the PDF is signed');
  if (dictionary.has(name('EF'))) throw new MetadataRemovalError('the PDF carries other files');
  for (const key of madeBy) dictionary.delete(key);
  const isNote = dictionary.get(name('Subtype')) !== name('Widget') && dictionary.has(name('Rect'));
  if (isNote) for (const key of noteBy) if (isText(dictionary.get(key))) dictionary.delete(key);
}

const isText = (object: PDFObject | undefined): boolean =>
  object instanceof PDFString || object instanceof PDFHexString || object instanceof PDFRef;

/** Of a picture that is nothing else besides: what is packed once more is passed on as it is. */
function filterOf(dictionary: PDFDict): PDFObject | undefined {
  const filter = dictionary.get(name('Filter'));
  return filter instanceof PDFArray && filter.size() === 1 ? filter.get(0) : filter;
}

const pictures = new Map<PDFObject | undefined, (content: Uint8Array) => Uint8Array>([
  [name('DCTDecode'), pictureWithoutMetadata],
  [name('JPXDecode'), jpeg2000WithoutMetadata],
]);

/** What became of a PDF: its bytes, or why its metadata cannot be removed. */
export type PdfAnswer = { readonly content: Uint8Array } | { readonly reason: string };

async function answer(path: string): Promise<PdfAnswer> {
  try {
    return { content: await pdfWithoutMetadata(await readFile(path)) };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

// This file is a worker's: one PDF beside the event loop, as a whole, since its objects lie anywhere in it.
if (parentPort) parentPort.postMessage(await answer(workerData as string));
