import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { PortalError, type SecretBox } from '../api/index.js';
import type { KeyRing } from './key-ring.js';

const version = 'v1';
const nonceBytes = 12;
const tagBytes = 16;
const dataKeyBytes = 32;

/**
 * Seals secrets as `v1.<key id>.<data key, sealed under the master key>.<secret, sealed under the data key>`, in base64url.
 *
 * Each secret gets a data key of its own, used once and forgotten. Both seals are AES-256-GCM with a fresh nonce, and bind the version, the id
 * of the master key and the place that the secret belongs to: a row that is copied to another place, or altered in one bit, does not open. A
 * secret is opened with whichever master key sealed it and sealed with the present one. Neither the plain text nor what the cipher says about
 * a failure is ever logged or put into an error.
 */
export class AesSecretBox implements SecretBox {
  constructor(private readonly ring: KeyRing) {}

  seal(plain: string, context: string): string {
    const key = this.ring.requireCurrent();
    const dataKey = randomBytes(dataKeyBytes);
    const head = `${version}.${key.id}`;
    const wrapped = encrypt(key.bytes, dataKey, `${head}.key.${context}`);
    const sealed = encrypt(dataKey, Buffer.from(plain, 'utf8'), `${head}.secret.${context}`);
    dataKey.fill(0);
    return `${head}.${wrapped.toString('base64url')}.${sealed.toString('base64url')}`;
  }

  open(sealed: string, context: string): string {
    const [format, keyId = '', wrapped = '', secret = '', ...rest] = sealed.split('.');
    if (format !== version || rest.length > 0) throw unreadable('It is not in a format this version knows.');
    const key = this.ring.byId(keyId);
    if (!key) throw unreadable(this.ring.problem ?? 'It was sealed with another master key.');
    const head = `${version}.${keyId}`;
    try {
      const dataKey = decrypt(key.bytes, wrapped, `${head}.key.${context}`);
      return decrypt(dataKey, secret, `${head}.secret.${context}`).toString('utf8');
    } catch {
      // What the cipher says about it helps nobody who may read it.
      throw unreadable('Its bytes are damaged, or it belongs to another place.');
    }
  }

  keyIdOf(sealed: string): string | undefined {
    const [format, keyId] = sealed.split('.');
    return format === version ? keyId : undefined;
  }

  isCurrent(sealed: string): boolean {
    return this.ring.current !== undefined && this.keyIdOf(sealed) === this.ring.current.id;
  }
}

function encrypt(key: Buffer, plain: Buffer, bound: string): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(bound, 'utf8'));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, encoded: string, bound: string): Buffer {
  const bytes = Buffer.from(encoded, 'base64url');
  // The decoder skips what is no base64url; only the one true spelling of these bytes is taken.
  if (bytes.toString('base64url') !== encoded || bytes.length < nonceBytes + tagBytes) throw new Error('Not sealed bytes.');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(bound, 'utf8'));
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  return Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]);
}

function unreadable(reason: string): PortalError {
  return new PortalError('secret-unreadable', `A stored secret cannot be read. ${reason} Enter it again.`);
}
