import type { IncomingMessage } from 'node:http';
import { parse as parseForm } from 'node:querystring';
import { PortalError } from '../api/index.js';
import type { HttpLimits } from './http-config.js';
import { hasBody } from './lingering.js';

const maxFields = 5000;

export const tooLarge = (what: string, bytes: number): PortalError =>
  new PortalError('too-large', `${what} is larger than ${readableBytes(bytes)}.`, { status: 413, details: { maxBytes: bytes } });

export const bodyTooSlow = (): PortalError =>
  new PortalError('request-timeout', 'The rest of the request did not arrive in time.', { status: 408 });

export const bodyAborted = (): PortalError =>
  new PortalError('upload-aborted', 'The connection ended before everything had arrived.', { status: 400 });

const badBody = (sentence: string): PortalError => new PortalError('bad-request', sentence, { status: 400 });

export function mediaType(request: IncomingMessage): string {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';', 1);
  return type.trim().toLowerCase();
}

function readableBytes(bytes: number): string {
  if (bytes >= 1024 * 1024) return `${Math.floor(bytes / (1024 * 1024))} MB`;
  return bytes >= 1024 ? `${Math.floor(bytes / 1024)} kB` : `${bytes} bytes`;
}

/** Reads a form or JSON body. No body at all is an empty object. */
export async function readBody(request: IncomingMessage, limits: HttpLimits): Promise<object> {
  if (!hasBody(request)) return {};
  const type = mediaType(request);
  if (type !== 'application/json' && type !== 'application/x-www-form-urlencoded') {
    throw new PortalError('unsupported-type', 'Send a form (application/x-www-form-urlencoded) or JSON.', { status: 415 });
  }
  if (request.headers['content-encoding'] !== undefined) {
    throw new PortalError('unsupported-type', 'Send the body as it is, without a content encoding.', { status: 415 });
  }
  const text = await readText(request, limits);
  return type === 'application/json' ? jsonObject(text) : formObject(text);
}

function jsonObject(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badBody('The body is not valid JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badBody('The body must be a JSON object.');
  return value;
}

function formObject(text: string): object {
  let separators = 0;
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) separators++;
  if (separators >= maxFields) {
    throw new PortalError('too-large', `A form may have ${maxFields} fields at most.`, { status: 413 });
  }
  return parseForm(text, undefined, undefined, { maxKeys: 0 });
}

async function readText(request: IncomingMessage, limits: HttpLimits): Promise<string> {
  const max = limits.bodyBytes;
  if (Number(request.headers['content-length'] ?? 0) > max) throw tooLarge('The request', max);
  const chunks: Buffer[] = [];
  let size = 0;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => settle(bodyTooSlow()), limits.bodyMillis);
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > max) settle(tooLarge('The request', max));
      else chunks.push(chunk);
    };
    const onEnd = (): void => settle();
    const onLost = (): void => settle(bodyAborted());
    const settle = (error?: PortalError): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', onLost).off('error', onLost);
      if (error) {
        request.pause().on('error', () => undefined);
        reject(error);
      } else resolve();
    };
    request.on('data', onData).on('end', onEnd).on('close', onLost).on('error', onLost);
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks, size));
  } catch {
    throw badBody('The body is not valid UTF-8.');
  }
}
