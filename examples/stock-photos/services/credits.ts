import type { FileHandle } from 'node:fs/promises';
import { z } from '@portico/core';

/** Lies beside the pictures, and says of each what its name does not. */
export const creditsFile = 'credits.json';

const line = z
  .string()
  .trim()
  .regex(/^[^\p{Cc}]*$/u);
const schema = z.record(
  z.string(),
  z.strictObject({
    title: line.min(1).max(150).optional(),
    altText: line.max(1000).optional(),
    credit: line.max(300).optional(),
  }),
);

/** By file name. */
export type PhotoCredits = ReadonlyMap<string, { title?: string; altText?: string; credit?: string }>;

const mostBytes = 1_000_000;

/** Undefined when the file cannot be read as it should be. */
export async function readCredits(file: FileHandle): Promise<PhotoCredits | undefined> {
  try {
    if ((await file.stat()).size > mostBytes) return undefined;
    const parsed = schema.safeParse(JSON.parse(await file.readFile('utf8')));
    return parsed.success ? new Map(Object.entries(parsed.data)) : undefined;
  } catch {
    return undefined;
  }
}
