import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { helmet } from '../libraries/http.js';
import { randomBytesOnce } from './random-bytes.js';

const oneYearSeconds = 365 * 24 * 3600;

/** @param pageOnly where scripts and styles may come from besides the portal's own files. */
const policy = (...pageOnly: readonly string[]): { useDefaults: false; directives: Record<string, string[]> } => ({
  useDefaults: false,
  directives: {
    'default-src': ["'self'"],
    'object-src': ["'none'"],
    'base-uri': ["'none'"],
    'frame-ancestors': ["'self'"],
    'form-action': ["'self'"],
    'img-src': ["'self'", 'data:', 'blob:'],
    'style-src': ["'self'", ...pageOnly],
    'script-src': ["'self'", ...pageOnly],
  },
});

const nonceBytes = 16;

/** What helmet sets is the same for every answer: it is asked once, for an answer that nobody gets. */
function headersOf(set: ReturnType<typeof helmet>): [name: string, value: string][] {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  set(request, response, (error) => {
    if (error) throw error;
  });
  return Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]);
}

/** The headers every answer starts with. A handler may narrow them for its own answer (e.g. a sandbox for a file). */
export class SecurityHeaders {
  private readonly headers: readonly (readonly [string, string])[];
  private readonly policyParts: readonly string[];

  constructor(publicUrl: string) {
    const options = {
      contentSecurityPolicy: policy(),
      // The way back to a form after signing in is read from it; other sites are told nothing.
      referrerPolicy: { policy: 'same-origin' },
      // Neighbours below the same domain are not ours to force; without https there is nothing to pin.
      strictTransportSecurity: publicUrl.startsWith('https:') && { maxAge: oneYearSeconds, includeSubDomains: false },
    } as const;
    this.headers = [...headersOf(helmet(options)), ['Permissions-Policy', 'camera=(), geolocation=(), microphone=()']];
    const [[, pagePolicy = ''] = []] = headersOf(helmet.contentSecurityPolicy(policy("'nonce-NONCE'")));
    this.policyParts = pagePolicy.split('NONCE');
  }

  apply(response: ServerResponse): void {
    for (const [name, value] of this.headers) response.setHeader(name, value);
  }

  /** Lets the scripts and styles of one page in that carry the answer. */
  allowNonce(response: ServerResponse): string {
    const nonce = randomBytesOnce(nonceBytes).toString('base64');
    response.setHeader('Content-Security-Policy', this.policyParts.join(nonce));
    return nonce;
  }
}
