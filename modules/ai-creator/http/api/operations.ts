import type { z } from '@portico/core';
import * as schemas from './schemas.js';

/** What a program can ask for. Routes and the OpenAPI file are both made of it, so neither can tell what the other does not do. */
export interface Operation<P = unknown, Q = unknown, B = unknown> {
  readonly id: string;
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly summary: string;
  readonly params?: z.ZodType<P, Readonly<Record<string, unknown>>>;
  readonly query?: z.ZodType<Q, Readonly<Record<string, unknown>>>;
  readonly body?: z.ZodType<B>;
  readonly needsIdempotencyKey?: boolean;
  readonly status: 200 | 201;
  /** Undefined: a picture, or any file. */
  readonly answer?: z.ZodType;
  readonly isFile?: boolean;
  /** Statuses of refusals, beside those that every operation has. */
  readonly refusals: readonly number[];
}

const define = <P, Q, B>(operation: Operation<P, Q, B>): Operation<P, Q, B> => operation;

export const operations = {
  create: define({
    id: 'createGeneration',
    method: 'post',
    path: '/generations',
    summary:
      'Asks for images. One Idempotency-Key is one paid request: the same key and body give the same answer, another body 409.',
    body: schemas.newGeneration,
    needsIdempotencyKey: true,
    status: 201,
    answer: schemas.accepted,
    refusals: [400, 404, 409, 422, 429, 503],
  }),
  list: define({
    id: 'listGenerations',
    method: 'get',
    path: '/generations',
    summary: 'What one made in this site and did not add yet, newest first.',
    query: schemas.listQuery,
    status: 200,
    answer: schemas.generationList,
    refusals: [400],
  }),
  follow: define({
    id: 'getGeneration',
    method: 'get',
    path: '/generations/:id',
    summary: 'How far a generation is, and its images.',
    params: schemas.idParams,
    status: 200,
    answer: schemas.generation,
    refusals: [404],
  }),
  picture: define({
    id: 'getPicture',
    method: 'get',
    path: '/images/:id',
    summary: 'The picture itself, at its delivery size.',
    params: schemas.idParams,
    status: 200,
    refusals: [404],
  }),
  file: define({
    id: 'getUnreadableFile',
    method: 'get',
    path: '/files/:id',
    summary: 'What came in the place of an image and cannot be read, byte for byte.',
    params: schemas.idParams,
    status: 200,
    isFile: true,
    refusals: [404],
  }),
  cancel: define({
    id: 'cancelGeneration',
    method: 'post',
    path: '/generations/:id/cancel',
    summary: 'Gives up what is being made; says whether it may still be charged.',
    params: schemas.idParams,
    status: 200,
    answer: schemas.cancelled,
    refusals: [404],
  }),
  add: define({
    id: 'addImages',
    method: 'post',
    path: '/images',
    summary: 'Makes documents of images, each at most once; each that fails is named with its reason.',
    body: schemas.newImages,
    status: 200,
    answer: schemas.added,
    refusals: [400, 404, 409],
  }),
} as const;

export type Answer<T extends z.ZodType> = z.input<T>;
