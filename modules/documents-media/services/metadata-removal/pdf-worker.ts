import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { pdfWithoutMetadata } from './pdf.js';

/** What became of a PDF: its bytes, or why its metadata cannot be removed. */
export type PdfAnswer = { readonly content: Uint8Array } | { readonly reason: string };

/** Reads and writes one PDF beside the event loop, as a whole: its objects lie anywhere in it. */
async function answer(path: string): Promise<PdfAnswer> {
  try {
    return { content: await pdfWithoutMetadata(await readFile(path)) };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.postMessage(await answer(workerData as string));
