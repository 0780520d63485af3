import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { type PackageSignature, PortalError } from '../api/index.js';
import { packageInvalid } from './package-archive.js';

const signAgain = 'fetch both again, or have it signed with one of moduleSigning.trustedKeys';

/** What `moduleSigning` of the configuration says. */
export interface SigningPolicy {
  readonly required: boolean;
  /** Public keys, PEM. */
  readonly trustedKeys: readonly string[];
}

/** A detached Ed25519 signature of a file, as one line of base64. @param key private key, PEM. @throws PortalError `signing-key-invalid` */
export function signPackage(bytes: Uint8Array, key: string): string {
  return `${sign(null, bytes, privateKey(key)).toString('base64')}\n`;
}

/**
 * Says who signed a package, and refuses one whose signature is none of a trusted key, or that has none where it must.
 * @throws PortalError `package-invalid`
 */
export function checkSignature(
  name: string,
  bytes: Uint8Array,
  signature: string | undefined,
  policy: SigningPolicy,
): PackageSignature {
  if (signature === undefined) {
    if (policy.required)
      throw packageInvalid(
        name,
        'it is not signed, and this portal takes only modules that are',
        undefined,
        `put ${name}.sig beside it, which portico module sign makes`,
      );
    return { kind: 'none' };
  }
  const raw = Buffer.from(signature.trim(), 'base64');
  if (raw.length !== 64)
    throw packageInvalid(name, 'its signature is none, which would be 64 bytes in base64', undefined, signAgain);
  for (const pem of policy.trustedKeys) {
    const key = trustedKey(pem);
    if (verify(null, bytes, key, raw)) return { kind: 'trusted', key: fingerprintOf(key) };
  }
  if (policy.required || policy.trustedKeys.length > 0)
    throw packageInvalid(
      name,
      'its signature is not one of a key that this portal trusts, or the file was changed after it was signed',
      undefined,
      signAgain,
    );
  return { kind: 'unknown' };
}

/** Says at the start of the portal what is wrong with a key. @throws PortalError `configuration-invalid` */
export function trustedKey(pem: string): KeyObject {
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (cause) {
    throw new PortalError('configuration-invalid', 'moduleSigning.trustedKeys has a text that is no public key (PEM).', {
      cause,
    });
  }
  throw new PortalError('configuration-invalid', 'moduleSigning.trustedKeys has a key that is not of the kind Ed25519.');
}

function privateKey(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (cause) {
    throw new PortalError('signing-key-invalid', 'The key is no private key in PEM, or it is locked.', { expose: true, cause });
  }
  throw new PortalError('signing-key-invalid', 'The key is not of the kind Ed25519.', { expose: true });
}

/** The first 16 digits of the SHA-256 of the key. */
function fingerprintOf(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);
}
