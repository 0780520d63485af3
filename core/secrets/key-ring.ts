import { PortalError } from '../api/index.js';
import { type KeyFile, type MasterKey, makeKeyFile, parseMasterKey, readKeyFile } from './master-key.js';

export interface KeyRingOptions {
  /** The data directory; holds the key file unless the key is given. */
  readonly home: string;
  /** 32 bytes in base64, from PORTICO_MASTER_KEY. */
  readonly masterKey?: string;
  /** The one before it, from PORTICO_MASTER_KEY_PREVIOUS. */
  readonly previousKey?: string;
}

/**
 * The master key that seals, and the earlier ones that still open what they sealed.
 *
 * Where keys come from: PORTICO_MASTER_KEY, else the file `master.key` in the data directory, which the first start makes. A key has an id, a digest
 * of it, which stands in everything that it sealed (`v1.<key id>.…`): so a record says itself which key opens it, and several keys can be in force.
 *
 * Which seal and which open: exactly one key seals, the current one. Keys before it only open: the one of PORTICO_MASTER_KEY_PREVIOUS, the file when a
 * variable took its place, and `master.key.previous` while a rotation (rotation.ts) is not finished.
 *
 * What may happen, in this order: the ring is opened at the start; `turn` puts a new key in front when a rotation begins; `forgetPrevious` drops the
 * earlier ones when nothing is sealed under them any more. A file is on disk before a ring knows its key.
 *
 * What is never done: a key is not logged, not put into an error and not written to the database. A key that cannot be used is not replaced
 * by a new one, which would lose every secret: the portal stands, its secrets neither open nor are stored, and `problem` says why.
 */
export class KeyRing {
  private sealing: MasterKey | undefined;
  private earlier: readonly MasterKey[];

  constructor(
    current: MasterKey | undefined,
    earlier: readonly MasterKey[],
    /** Why there is a key that cannot be used. Says nothing about the key. */
    readonly problem?: string,
  ) {
    this.sealing = current;
    this.earlier = earlier.filter(({ id }) => id !== current?.id);
  }

  get current(): MasterKey | undefined {
    return this.sealing;
  }

  get previous(): readonly MasterKey[] {
    return this.earlier;
  }

  byId(id: string): MasterKey | undefined {
    return this.sealing?.id === id ? this.sealing : this.earlier.find((key) => key.id === id);
  }

  /** @throws PortalError `master-key-invalid` (503). */
  requireCurrent(): MasterKey {
    if (this.sealing) return this.sealing;
    throw new PortalError('master-key-invalid', 'Nothing can be kept secret now: the master key cannot be used.', {
      status: 503,
      expose: true,
    });
  }

  /** From now on another key seals; the one before it still opens. */
  turn(next: MasterKey): void {
    if (this.sealing) this.earlier = [...this.earlier, this.sealing];
    this.sealing = next;
  }

  forgetPrevious(): void {
    this.earlier = [];
  }
}

/**
 * The given key, else the key file, made at first use. A key file that lies there still opens what it sealed after a key is given, and
 * so does the key before the last rotation until that is finished. A key that cannot be used is a problem of the ring, not an error:
 * the portal stands without its secrets.
 */
export function openKeyRing({ home, masterKey, previousKey }: KeyRingOptions): KeyRing {
  const problems: string[] = [];
  const attempt = (read: () => MasterKey | undefined): MasterKey | undefined => {
    try {
      return read();
    } catch (error) {
      problems.push(error instanceof PortalError ? error.message : 'The key file cannot be read.');
      return undefined;
    }
  };
  const file = (name: KeyFile): MasterKey | undefined => attempt(() => readKeyFile(home, name));
  const given = (text: string | undefined, name: string): MasterKey | undefined =>
    text === undefined ? undefined : attempt(() => parseMasterKey(text, name));
  const inForce =
    masterKey === undefined ? attempt(() => readKeyFile(home) ?? makeKeyFile(home)) : given(masterKey, 'PORTICO_MASTER_KEY');
  const earlier = [
    given(previousKey, 'PORTICO_MASTER_KEY_PREVIOUS'),
    ...(masterKey === undefined ? [] : [file('master.key')]),
    file('master.key.previous'),
  ].filter((key) => key !== undefined);
  return new KeyRing(inForce, earlier, problems.length > 0 ? problems.join(' ') : undefined);
}
