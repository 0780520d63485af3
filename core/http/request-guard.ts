import type { IncomingMessage } from 'node:http';
import { PortalError } from '../api/index.js';
import type { HttpConfig } from './http-config.js';

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);
const allowedMethods = [...methods].join(', ');

const loopbackNames = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Whether a host name (`name` or `name:port`) is a loopback form of the port a request came in by. */
function isLoopback(host: string, port: number | undefined): boolean {
  const colon = host.lastIndexOf(':');
  const hasPort = colon > host.lastIndexOf(']');
  const name = hasPort ? host.slice(0, colon) : host;
  return loopbackNames.has(name) && (hasPort ? host.slice(colon + 1) === String(port) : port === 80);
}

/** Turns away what no route should ever have to think about. */
export class RequestGuard {
  private readonly hosts: ReadonlySet<string>;
  private readonly publicOrigin: string;
  private readonly scheme: string;

  constructor(
    config: HttpConfig,
    private readonly maxHeaderPairs: number,
  ) {
    const url = new URL(config.publicUrl);
    this.publicOrigin = url.origin;
    this.scheme = url.protocol;
    this.hosts = new Set([url.host, ...(config.allowedHosts ?? []).map((host) => host.toLowerCase())]);
  }

  /** What holds whoever is asked for, those who only check that the portal is there included. @throws PortalError 405 or 400. */
  checkForm(request: IncomingMessage): void {
    if (!methods.has(request.method ?? '')) {
      throw new PortalError('method-not-allowed', 'This method is not allowed here.', {
        status: 405,
        details: { allow: allowedMethods },
      });
    }
    // Node keeps the first and drops the rest; a proxy in front may have believed the last.
    if (hostLines(request) > 1) throw new PortalError('host-twice', 'A request names one host.', { status: 400 });
  }

  /** @throws PortalError 421, 431 or 400. */
  check(request: IncomingMessage): void {
    if (!this.answersTo(request)) {
      throw new PortalError('host-unknown', 'This portal does not answer to that host name.', { status: 421 });
    }
    if (request.rawHeaders.length > 2 * this.maxHeaderPairs) {
      throw new PortalError('headers-too-many', 'The request has too many headers.', { status: 431 });
    }
    checkTarget(request.url ?? '');
  }

  /** Whether a state change comes from the portal's own pages, as far as the browser tells. */
  isSameOrigin(request: IncomingMessage, hasCookie: boolean): boolean {
    const site = request.headers['sec-fetch-site'];
    // `none` is the person at the address bar, not another site.
    if (site !== undefined) return site === 'same-origin' || site === 'none';
    const { origin, host } = request.headers;
    // Every browser in use sends one of the two; a program without a session has nothing that could be abused.
    if (origin === undefined) return !hasCookie;
    if (origin === this.publicOrigin || origin === `${this.scheme}//${host}`) return true;
    return origin === `http://${host}` && isLoopback(host ?? '', request.socket.localPort);
  }

  private answersTo(request: IncomingMessage): boolean {
    const host = request.headers.host?.toLowerCase();
    return host !== undefined && (this.hosts.has(host) || isLoopback(host, request.socket.localPort));
  }
}

function hostLines({ rawHeaders }: IncomingMessage): number {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at]?.length === 4 && /^host$/i.test(rawHeaders[at] ?? '')) count += 1;
  return count;
}

/** The path must be one, and decode to text without control characters. */
function checkTarget(target: string): void {
  const refuse = (): never => {
    throw new PortalError('address-invalid', 'This address is not valid.', { status: 400 });
  };
  if (!target.startsWith('/')) refuse();
  const end = target.indexOf('?');
  const path = end < 0 ? target : target.slice(0, end);
  if (!path.includes('%') && !path.includes('\\')) return;
  try {
    const text = decodeURIComponent(path);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
    if (/[\u0000-\u001f\u007f\\]/.test(text)) refuse();
  } catch {
    refuse();
  }
}
