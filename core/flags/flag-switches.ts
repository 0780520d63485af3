import type { AuditLog, Clock, FlagActor, Transaction, UnitOfWork } from '../api/index.js';
import { PortalError } from '../api/index.js';
import { FlagOverride } from './flag-override.js';
import type { FlagOverrideFact } from './resolve-flags.js';

export const auditArea = 'flags';

export interface FlagSwitchesDependencies {
  readonly unitOfWork: UnitOfWork;
  readonly audit: AuditLog;
  readonly clock: Clock;
  /** Told after a commit, when the overrides in memory are the new ones. */
  readonly onChange: () => void;
}

/** The overrides of this instance: rows in the database, facts in memory, and every change in the audit log. */
export class FlagSwitches {
  private readonly facts = new Map<string, FlagOverrideFact>();

  constructor(private readonly dependencies: FlagSwitchesDependencies) {}

  get all(): ReadonlyMap<string, FlagOverrideFact> {
    return this.facts;
  }

  async load(): Promise<void> {
    const rows = await this.dependencies.unitOfWork.read((reader) => reader.repository(FlagOverride).find());
    this.facts.clear();
    for (const { key, enabled, setBy, setAt } of rows) this.facts.set(key, { enabled, setBy, setAt });
  }

  /** Makes all the changes or none; what is so already is neither written nor recorded. */
  async apply(changes: ReadonlyMap<string, boolean | undefined>, actor: FlagActor): Promise<void> {
    await this.dependencies.unitOfWork.write(async (transaction) => {
      for (const [key, to] of changes) {
        const from = await storedIn(transaction, key);
        const action = to === undefined ? 'removed' : from === undefined ? 'set' : 'changed';
        if (to !== from) await this.write(transaction, { key, from, to, action }, actor);
      }
      transaction.afterCommit(() => this.dependencies.onChange());
    });
  }

  /** @throws PortalError `flag-changed` unless the change is still the last one. */
  async undo(key: string, change: string, actor: FlagActor): Promise<void> {
    const { records } = await this.dependencies.audit.list({ area: auditArea, subject: key }, undefined, 1);
    const last = records[0];
    await this.dependencies.unitOfWork.write(async (transaction) => {
      const from = await storedIn(transaction, key);
      if (last === undefined || last.id !== change || last.after !== from) throw changedMeanwhile(key);
      const to = last.before as boolean | undefined;
      await this.write(transaction, { key, from, to, action: 'undone' }, actor);
      transaction.afterCommit(() => this.dependencies.onChange());
    });
  }

  private async write(transaction: Transaction, { key, from, to, action }: SwitchChange, actor: FlagActor): Promise<void> {
    const { by, via, reason } = actor;
    const setAt = this.dependencies.clock.now().toISOString();
    const repository = transaction.repository(FlagOverride);
    if (to === undefined) await repository.delete({ key });
    else await repository.save({ key, enabled: to, setBy: by.name, setAt });
    await this.dependencies.audit.record(transaction, {
      area: auditArea,
      subject: key,
      scope: 'instance',
      action,
      before: from,
      after: to,
      by,
      via,
      ...(reason ? { reason } : {}),
    });
    // In the order of the commits, so that memory and database never disagree about who was last.
    transaction.afterCommit(() => {
      if (to === undefined) this.facts.delete(key);
      else this.facts.set(key, { enabled: to, setBy: by.name, setAt });
    });
  }
}

interface SwitchChange {
  readonly key: string;
  readonly from: boolean | undefined;
  readonly to: boolean | undefined;
  readonly action: 'set' | 'changed' | 'removed' | 'undone';
}

async function storedIn(transaction: Transaction, key: string): Promise<boolean | undefined> {
  return (await transaction.repository(FlagOverride).findOneBy({ key }))?.enabled;
}

function changedMeanwhile(key: string): PortalError {
  return new PortalError('flag-changed', `The feature flag ${key} was changed meanwhile; look at it again before you undo.`, {
    status: 409,
  });
}
