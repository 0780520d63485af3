import { createHash } from 'node:crypto';
import type { Generation } from '../../entities/generation.js';
import { isSameSource, type SourceReference } from '../images/pinned-source.js';
import type { ImageOrder } from './image-order.js';

interface Click extends ImageOrder {
  readonly siteId: string;
  readonly token: string;
  readonly folderId: string | undefined;
  readonly source: SourceReference | undefined;
}

/** Stays when the words are forgotten. With the token in it, two clicks with the same words have nothing in common. */
export const descriptionHash = ({ token, description }: Pick<Click, 'token' | 'description'>): string =>
  createHash('sha256').update(`${token}\n${description}`).digest('hex');

/** Whether what comes with a token that was there before asks for the same. */
export function isSameRequest(before: Generation, click: Click): boolean {
  return (
    (['siteId', 'size', 'count'] as const).every((key) => before[key] === click[key]) &&
    (before.description === click.description || before.descriptionHash === descriptionHash(click)) &&
    before.style === (click.style ?? null) &&
    before.folderId === (click.folderId ?? null) &&
    isSameSource(before, click.source)
  );
}
