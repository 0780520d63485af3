import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/**
 * Where a request comes from: the other end of the connection or, behind proxies of the deployment's own, what the outermost
 * of them saw. Each proxy appends to X-Forwarded-For, so only that many entries from the end can be believed.
 */
export function clientAddress(request: IncomingMessage, trustedProxies: number): string {
  const connection = request.socket.remoteAddress ?? '';
  if (trustedProxies === 0) return connection;
  const seen = String(request.headers['x-forwarded-for'] ?? '').split(',');
  const address = seen.at(-trustedProxies)?.trim() ?? '';
  return isIP(address) ? address : connection;
}
