/** Longer answers of a provider are refused: discovery, keys and tokens are a few kilobytes. */
const mostBytes = 1024 * 1024;
export const timeoutSeconds = 5;

/** What a provider may be reached by. */
export class AddressRefused extends Error {}
export class AnswerTooLarge extends Error {}

const loopbackHosts = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Whether something on this very machine answers there. */
export function isLoopback({ hostname }: URL): boolean {
  return loopbackHosts.test(hostname);
}

/** https everywhere; http for what runs on this very machine, where nobody else listens. */
export function isAllowed(address: URL, issuer: URL): boolean {
  if (address.protocol === 'https:') return true;
  return address.protocol === 'http:' && isLoopback(address) && isLoopback(issuer) && issuer.protocol === 'http:';
}

type Fetch = (url: string, options: RequestInit) => Promise<Response>;

/** A fetch for one provider: no redirects, a limit on the bytes, a deadline that covers the body, and only addresses that are allowed for its issuer. */
export function guardedFetch(issuer: URL): Fetch {
  return async (address, options) => {
    if (!isAllowed(new URL(address), issuer)) throw new AddressRefused(`${new URL(address).origin} is not reached by https.`);
    const deadline = AbortSignal.timeout(timeoutSeconds * 1000);
    const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
    const response = await fetch(address, { ...options, redirect: 'manual', signal });
    const { status, statusText, headers } = response;
    const bytes = await readBody(response);
    const plain = new Headers(headers);
    // What is read here is unpacked already.
    plain.delete('content-encoding');
    plain.delete('content-length');
    const mayHaveBody = status !== 204 && status !== 205 && status !== 304;
    return new Response(mayHaveBody ? new Uint8Array(bytes) : null, { status, statusText, headers: plain });
  };
}

async function readBody({ body }: Response): Promise<Buffer> {
  if (!body) return Buffer.alloc(0);
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body as unknown as AsyncIterable<Uint8Array>) {
    size += piece.byteLength;
    // Leaving the loop closes the connection.
    if (size > mostBytes) throw new AnswerTooLarge(`The answer has more than ${mostBytes} bytes.`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
