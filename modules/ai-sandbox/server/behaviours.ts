import { apiErrors } from './api-error.js';

/** Ways to answer that are not an error of the API itself but of the line, or of what stands between. */
const connectionFaults = [
  'stall-before-headers',
  'stall-in-body',
  'byte-by-byte',
  'reset-before-headers',
  'reset-in-body',
  'redirect',
  'html',
  'empty',
  'broken-json',
  'no-data',
  'truncated-base64',
  'not-an-image',
  'pixel-bomb',
  'too-few',
  'url-instead',
  'huge',
  'gzip-bomb',
  'plain-string-error',
  'detail-error',
  'slow',
] as const;

/** Ways to go wrong in the middle of a stream, after its first partial image; a request that asks for no stream is answered as always. */
const streamFaults = [
  'stream-cut',
  'stream-reset',
  'stream-stall',
  'stream-garbage',
  'stream-bad-preview',
  'stream-no-image',
  'stream-error',
  'stream-declined',
  'stream-insufficient-quota',
  'stream-model-gone',
  'stream-huge',
] as const;

/** Ways that last for more than one request with the same words. */
const persistentFaults = ['fewer'] as const;

export type ApiErrorName = keyof typeof apiErrors;
export type ConnectionFault = (typeof connectionFaults)[number];
export type StreamFault = (typeof streamFaults)[number];
export type PersistentFault = (typeof persistentFaults)[number];
export type BehaviourName = ApiErrorName | ConnectionFault | StreamFault | PersistentFault;

/** What the sandbox does with one request instead of simply drawing. */
export interface Behaviour {
  readonly name: BehaviourName;
  /** Milliseconds between two bytes of `byte-by-byte`, or before a `slow` answer. */
  readonly millis?: number;
  /** What a `slow` stream waits for before its event of this number, from 0, instead of for a while: its partial images, then the image. */
  readonly until?: (event: number) => Promise<unknown>;
  /** Seconds in the Retry-After header. */
  readonly retryAfter?: number;
  /** Bytes of `huge` and `stream-huge`, and of `gzip-bomb` when unpacked; images of `too-few`. */
  readonly amount?: number;
  /** Where a redirect leads. */
  readonly location?: string;
}

export const behaviourNames: readonly BehaviourName[] = [
  ...(Object.keys(apiErrors) as ApiErrorName[]),
  ...connectionFaults,
  ...streamFaults,
  ...persistentFaults,
];

export const isStreamFault = (name: BehaviourName): name is StreamFault => (streamFaults as readonly string[]).includes(name);

/** Other words that people try in a description. */
const otherNames: Readonly<Record<string, BehaviourName>> = {
  'out-of-money': 'credit-balance-exhausted',
  key: 'invalid-api-key',
  unverified: 'organization-not-verified',
  model: 'model-not-found',
  'rate-limited': 'rate-limit',
  declined: 'moderation-blocked',
  timeout: 'stall-before-headers',
  reset: 'reset-before-headers',
};

/** Reads `[fail:name]` or `[slow:seconds]` from a description; undefined when there is none that is known. */
export function behaviourIn(description: string): Behaviour | undefined {
  const slow = /\[slow:(\d{1,3})\]/i.exec(description);
  if (slow) return { name: 'slow', millis: Number(slow[1]) * 1000 };
  const asked = /\[fail:([a-z0-9-]{1,40})\]/i.exec(description)?.[1]?.toLowerCase();
  if (!asked) return undefined;
  const name = otherNames[asked] ?? behaviourNames.find((known) => known === asked);
  return name && { name };
}

/** The description without such words. */
export const withoutBehaviours = (description: string): string => description.replace(/\[(?:fail|slow):[^\]]*\]/gi, ' ').trim();
