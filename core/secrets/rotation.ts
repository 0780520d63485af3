import {
  type AuditLog,
  type AuditPerson,
  type Contributions,
  type Modules,
  PortalError,
  type SecretBox,
  type SecretStore,
  type StoredSecret,
  type UnitOfWork,
} from '../api/index.js';
import type { KeyRing } from './key-ring.js';
import { forgetPreviousKeyFile, replaceKeyFile } from './master-key.js';

export interface RotationDependencies {
  readonly home: string;
  /** Whether the master key stands in PORTICO_MASTER_KEY, so that an operator brings the new one. */
  readonly keyIsGiven: boolean;
  readonly ring: KeyRing;
  readonly box: SecretBox;
  readonly stores: Contributions<SecretStore>;
  readonly unitOfWork: UnitOfWork;
  readonly audit: AuditLog;
  readonly modules: Pick<Modules, 'list'>;
}

export interface RotationCall {
  readonly by: AuditPerson;
  readonly signal: AbortSignal;
  tell(line: string): void;
}

interface Kept {
  readonly store: SecretStore;
  readonly secret: StoredSecret;
}

/**
 * Seals everything again under a new master key, while the portal runs. Until the last record is done both keys are known, on disk and in
 * memory: stopped at any point, everything can be read, and the next call goes on.
 *
 * 1. A new key. Where the key is a file, a new file takes its place and the former lies beside it as `master.key.previous`; both are flushed to disk
 *    before anything is sealed. Where the key is a variable, an operator has brought the new one and the former one already, or it is refused.
 * 2. From that moment new secrets are sealed under the new key. An entry of the audit log names both by their ids.
 * 3. Every secret that is still under another key is opened and sealed again by the module that stores it, each in a transaction of its own. One that
 *    cannot be opened is named and left as it is: it was lost before. A signal stops between two records.
 * 4. It is looked again. Secrets that somebody stored meanwhile under the former key, and modules that keep secrets and are not active, leave the former
 *    key where it is, and the person is told to run this again.
 * 5. Only when nothing is left: the entry of the audit log that says so, then the former file goes, then the ring forgets the key.
 *
 * What is never done: the former key is not removed while one readable record needs it; a secret is not written anywhere in the clear; two rotations do
 * not run side by side. A kill between any two steps leaves records under either key, both of which are on disk.
 */
export class SecretRotation {
  private running = false;

  constructor(private readonly dependencies: RotationDependencies) {}

  /** Answers whether it came to its end. @throws PortalError `rotation-runs` (409), `rotation-needs-key` (409), `master-key-invalid` (503). */
  async run(call: RotationCall): Promise<boolean> {
    if (this.running) throw new PortalError('rotation-runs', 'The secrets are being sealed again already.', { status: 409 });
    this.running = true;
    try {
      await this.begin(call);
      const lost = await this.sealAll(call);
      return lost !== undefined && (await this.finish(call, lost));
    } finally {
      this.running = false;
    }
  }

  /** A rotation that was stopped goes on with the key that it had made. */
  private async begin({ by, tell }: RotationCall): Promise<void> {
    const { ring, home, keyIsGiven } = this.dependencies;
    const before = ring.requireCurrent();
    if (ring.previous.length > 0) {
      tell(`Going on: everything is sealed under the master key ${before.id}.`);
      return;
    }
    if (keyIsGiven) {
      if ((await this.behind()).length > 0) return;
      throw new PortalError(
        'rotation-needs-key',
        'The master key comes from PORTICO_MASTER_KEY. Start the portal with a new key there and the former one in PORTICO_MASTER_KEY_PREVIOUS, then run this again.',
        { status: 409 },
      );
    }
    ring.turn(replaceKeyFile(home));
    const after = ring.requireCurrent();
    await this.record(by, 'rotation-started', { keyId: before.id }, { keyId: after.id });
    tell(`There is a new master key, ${after.id}. The former one, ${before.id}, is kept until everything is sealed again.`);
  }

  /** Answers the secrets that could not be read; undefined when it was stopped. */
  private async sealAll({ signal, tell }: RotationCall): Promise<readonly StoredSecret[] | undefined> {
    const lost: StoredSecret[] = [];
    const behind = await this.behind();
    for (const [index, { store, secret }] of behind.entries()) {
      if (signal.aborted) {
        tell(`Stopped after ${index} of ${behind.length}. Both keys stay in force; run this again to go on.`);
        return undefined;
      }
      const sealed = await store.reseal(secret.id);
      if (!sealed) lost.push(secret);
      tell(
        `${index + 1} of ${behind.length}: ${secret.name} (${secret.scope})${sealed ? '' : ' cannot be read and was left as it is'}`,
      );
    }
    return lost;
  }

  private async finish({ by, tell }: RotationCall, lost: readonly StoredSecret[]): Promise<boolean> {
    const { ring, home, modules, keyIsGiven } = this.dependencies;
    const absent = modules.list().filter(({ state, keepsSecrets }) => state !== 'active' && keepsSecrets);
    if (absent.length > 0) {
      tell(
        `The former key is kept: ${absent.map(({ id }) => id).join(', ')} may keep secrets under it and is not active. Start it and run this again.`,
      );
      return false;
    }
    const lostIds = new Set(lost.map(({ id }) => id));
    if ((await this.behind()).some(({ secret }) => !lostIds.has(secret.id))) {
      tell('Somebody stored a secret under the former key meanwhile. Run this again.');
      return false;
    }
    const current = ring.requireCurrent();
    await this.record(by, 'rotation-finished', undefined, { keyId: current.id, unreadable: lost.length });
    forgetPreviousKeyFile(home);
    if (!keyIsGiven) ring.forgetPrevious();
    tell(`Everything that can be read is sealed under the master key ${current.id}.`);
    tell(
      keyIsGiven
        ? 'PORTICO_MASTER_KEY_PREVIOUS can be removed.'
        : 'The former key is gone. Backups made before hold secrets that only the former key opens.',
    );
    return true;
  }

  /** What is not sealed under the current key. Writers are one after the other: after an empty write, everything sealed before is there. */
  private async behind(): Promise<readonly Kept[]> {
    const { stores, box, unitOfWork } = this.dependencies;
    await unitOfWork.write(async () => {});
    const kept: Kept[] = [];
    for (const { value: store } of stores.all())
      for (const secret of await store.list())
        if (secret.sealed !== undefined && !box.isCurrent(secret.sealed)) kept.push({ store, secret });
    return kept;
  }

  private record(by: AuditPerson, action: string, before: object | undefined, after: object): Promise<void> {
    const { unitOfWork, audit } = this.dependencies;
    const entry = {
      area: 'secrets',
      subject: 'master-key',
      scope: 'instance',
      action,
      before,
      after,
      by,
      via: 'command',
    } as const;
    return unitOfWork.write((transaction) => audit.record(transaction, entry));
  }
}
