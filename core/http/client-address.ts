import type { IncomingMessage } from 'node:http';
import { ipaddr } from '../libraries/ipaddr.js';

/**
 * Where a request comes from: the other end of the connection or, behind proxies of the deployment's own, what the outermost
 * of them saw. Each proxy appends to X-Forwarded-For, so only that many entries from the end can be believed; koa would take the first
 * entry of a shorter list. IPv4 that comes by an IPv6 socket is IPv4.
 */
export function clientAddress(request: IncomingMessage, trustedProxies: number): string {
  const connection = plainAddress(request.socket.remoteAddress ?? '');
  if (trustedProxies === 0) return connection ?? '';
  const seen = String(request.headers['x-forwarded-for'] ?? '').split(',');
  return plainAddress(seen.at(-trustedProxies)?.trim() ?? '') ?? connection ?? '';
}

function plainAddress(text: string): string | undefined {
  return ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text) ? ipaddr.process(text).toString() : undefined;
}
