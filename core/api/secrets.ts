import { type ExtensionPoint, extensionPoint } from './tokens.js';

/** A secret as its keeper tells of it: never the secret. */
export interface StoredSecret {
  /** Stable within its store. */
  readonly id: string;
  /** What it is, e.g. `sample.apiKey`. */
  readonly name: string;
  /** `instance`, or the id of a site. */
  readonly scope: string;
  readonly setBy: string;
  readonly setAt: Date;
  /** The text the secret box gave; undefined when a reference stands in its place. */
  readonly sealed?: string;
  readonly reference?: string;
  /** Whether it can be used now. */
  readonly readable: boolean;
}

/** Whoever keeps sealed secrets contributes one, so that `portico secrets` knows of them and a new master key reaches them. */
export interface SecretStore {
  list(): Promise<readonly StoredSecret[]>;
  /**
   * Seals one again under the current master key, in a transaction of its own. Somebody may have replaced or removed it meanwhile.
   * Answers false when it is there and cannot be read.
   */
  reseal(id: string): Promise<boolean>;
}
export const SecretStores: ExtensionPoint<SecretStore> = extensionPoint('portico.secret-stores', {
  requires: { list: 'function', reseal: 'function' },
});
