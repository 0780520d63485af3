import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { PortalError, type SecretBox } from '../api/index.js';
import { type MasterKey, makeKeyFile, parseMasterKey, readKeyFile } from './master-key.js';

export interface SecretBoxOptions {
  /** The data directory; holds the key file unless the key is given. */
  readonly home: string;
  /** 32 bytes in base64, from PORTICO_MASTER_KEY. */
  readonly masterKey?: string;
}

const version = 'v1';
const nonceBytes = 12;
const tagBytes = 16;
const dataKeyBytes = 32;

/**
 * Opens the box with the given key, or with the key file, made at first use. A key file that lies there still opens what it sealed
 * after a key is given. @throws PortalError `master-key-invalid`.
 */
export function openSecretBox({ home, masterKey }: SecretBoxOptions): SecretBox {
  if (masterKey === undefined) return new AesSecretBox(readKeyFile(home) ?? makeKeyFile(home), []);
  const given = parseMasterKey(masterKey, 'PORTICO_MASTER_KEY');
  const earlier = readKeyFile(home);
  return new AesSecretBox(given, earlier ? [earlier] : []);
}

/** `v1.<key id>.<data key, sealed under the master key>.<secret, sealed under the data key>`, in base64url. */
class AesSecretBox implements SecretBox {
  private readonly keys: ReadonlyMap<string, MasterKey>;

  constructor(
    private readonly current: MasterKey,
    earlier: readonly MasterKey[],
  ) {
    this.keys = new Map([...earlier, current].map((key) => [key.id, key]));
  }

  seal(plain: string, context: string): string {
    const dataKey = randomBytes(dataKeyBytes);
    const head = `${version}.${this.current.id}`;
    const wrapped = encrypt(this.current.bytes, dataKey, `${head}.key.${context}`);
    const sealed = encrypt(dataKey, Buffer.from(plain, 'utf8'), `${head}.secret.${context}`);
    dataKey.fill(0);
    return `${head}.${wrapped.toString('base64url')}.${sealed.toString('base64url')}`;
  }

  open(sealed: string, context: string): string {
    const [format, keyId = '', wrapped = '', secret = '', ...rest] = sealed.split('.');
    if (format !== version || rest.length > 0) throw unreadable('It is not in a format this version knows.');
    const key = this.keys.get(keyId);
    if (!key) throw unreadable('It was sealed with another master key.');
    const head = `${version}.${keyId}`;
    try {
      const dataKey = decrypt(key.bytes, wrapped, `${head}.key.${context}`);
      return decrypt(dataKey, secret, `${head}.secret.${context}`).toString('utf8');
    } catch {
      // What the cipher says about it helps nobody who may read it.
      throw unreadable('Its bytes are damaged, or it belongs to another place.');
    }
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
