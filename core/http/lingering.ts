import type { IncomingMessage } from 'node:http';
import type { HttpLimits } from './http-config.js';

/** Whether a request announces a body. */
export function hasBody(request: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  return encoding !== undefined || (length !== undefined && length !== '0');
}

/**
 * Reads away the rest of a body that nobody wants, within bounds. Closing at once would reset the connection
 * before the client has read why it was refused.
 */
export function linger(request: IncomingMessage, limits: HttpLimits): void {
  if (request.complete || request.destroyed || !hasBody(request)) return;
  let left = limits.lingerBytes;
  const end = (): void => void request.socket.destroy();
  const timer = setTimeout(end, limits.lingerMillis);
  timer.unref();
  const stop = (): void => clearTimeout(timer);
  request.once('end', stop).once('close', stop).on('error', stop);
  request.unpipe();
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) end();
  });
  request.resume();
}
