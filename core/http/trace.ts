import type { IncomingMessage } from 'node:http';
import { randomBytesOnce } from './random-bytes.js';

/** Where a request belongs in the logs of all who handle it: W3C Trace Context, https://www.w3.org/TR/trace-context/. */
export interface Trace {
  /** 32 lower-case hex digits; the same for everything that one request sets off. */
  readonly id: string;
  /** Whether what is in front of the portal named it. */
  readonly isGiven: boolean;
  /** `traceparent` with this portal as the parent: for the answer, and for requests of its own. */
  readonly parent: string;
}

const pattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-(.*))?$/;
const none = /^0+$/;

/** That of the request's `traceparent`; a new one where there is none, or one that the standard does not allow. */
export function traceOf({ headers }: IncomingMessage): Trace {
  const given = headers.traceparent;
  // Several come joined by commas, and fit no pattern.
  const [, version = 'ff', id = '', parent = '', flags = '', more] =
    (typeof given === 'string' && given.length <= 512 && pattern.exec(given)) || [];
  const isGiven = version !== 'ff' && !none.test(id) && !none.test(parent) && (version !== '00' || more === undefined);
  const span = randomBytesOnce(8).toString('hex');
  if (!isGiven) {
    const made = randomBytesOnce(16).toString('hex');
    return { id: made, isGiven, parent: `00-${made}-${span}-00` };
  }
  // Of the flags this version knows one: whether the caller keeps the trace.
  return { id, isGiven, parent: `00-${id}-${span}-${Number.parseInt(flags, 16) % 2 === 1 ? '01' : '00'}` };
}
