import { type ClientRequest, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ProviderError } from '@portico/ai-providers/api';

/**
 * How a request leaves the machine where only a proxy reaches the outside: through a tunnel (CONNECT), so that the proxy sees a host and nothing of
 * what is said to it. A proxy that makes no tunnels for http gets the request itself. Nothing of a request is sent before its way is open, so that
 * whatever fails here cost nothing.
 */
export interface Route {
  /** What the request needs beside its own options. */
  readonly options: RequestOptions;
}

/** @throws ProviderError `connection-error` or `access-denied`, neither charged, which name the proxy. */
export async function routeThrough(proxy: URL, target: URL, signal: AbortSignal | undefined): Promise<Route> {
  const tunnel = await openTunnel(proxy, target, signal);
  const secure = target.protocol === 'https:';
  if (tunnel instanceof ProviderError) {
    if (secure || tunnel.status === 407) throw tunnel;
    return { options: forwarded(proxy, target) };
  }
  const servername = target.hostname.replace(/^\[|\]$/g, '');
  // The name of the certificate: an address is none that may be sent, and without `host` the name of the proxy would be looked for in its place.
  const name = { host: servername, ...(isIP(servername) === 0 && { servername }) };
  return { options: { createConnection: () => (secure ? connectTls({ socket: tunnel, ...name }) : tunnel) } };
}

const authorization = ({ username, password }: URL): Record<string, string> =>
  username === ''
    ? {}
    : {
        'proxy-authorization': `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`,
      };

const portOf = ({ port, protocol }: URL): string => port || (protocol === 'https:' ? '443' : '80');

/** The whole address in place of the path, as proxies take it that make no tunnel for http. */
function forwarded(proxy: URL, target: URL): RequestOptions {
  return {
    protocol: proxy.protocol,
    hostname: proxy.hostname.replace(/^\[|\]$/g, ''),
    port: portOf(proxy),
    path: target.href,
    // A connection of its own, as for every request: a reset on a used one would leave open whether this one was carried out.
    agent: false,
    headers: { host: target.host, ...authorization(proxy) },
  };
}

/** The socket of a tunnel, or why there is none. */
function openTunnel(proxy: URL, target: URL, signal: AbortSignal | undefined): Promise<Socket | ProviderError> {
  const place = `${target.hostname}:${portOf(target)}`;
  const named = `The outbound proxy ${proxy.host} (PORTICO_OUTBOUND_PROXY)`;
  return new Promise((resolve, reject) => {
    const ask = proxy.protocol === 'https:' ? httpsRequest : httpRequest;
    const request: ClientRequest = ask({
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: portOf(proxy),
      method: 'CONNECT',
      path: place,
      agent: false,
      headers: { host: place, ...authorization(proxy) },
      signal,
    });
    request.once('connect', (message: IncomingMessage, socket: Socket) => {
      if (message.statusCode === 200) return resolve(socket);
      socket.destroy();
      const { statusCode: status = 0 } = message;
      resolve(new ProviderError('access-denied', `${named} let nothing through to ${place}: it answered ${status}.`, { status }));
    });
    request.once('response', (message) => {
      message.destroy();
      const { statusCode: status = 0 } = message;
      resolve(new ProviderError('access-denied', `${named} let nothing through to ${place}: it answered ${status}.`, { status }));
    });
    request.once('error', (error: NodeJS.ErrnoException) => {
      if (signal?.aborted) reject(error);
      else
        resolve(new ProviderError('connection-error', `${named} could not be reached, or hung up (${error.code ?? 'no code'}).`));
    });
    request.end();
  });
}
