import {
  type Activity,
  AuditLog,
  type AuditVia,
  Clock,
  inject,
  injectable,
  Log,
  type Person,
  PortalError,
  SecretBox,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import { SettingsRevision, StoredSetting } from '../entities/index.js';
import type { StoredValue } from './resolve-field.js';
import { SecretReferences } from './secret-references.js';
import { type FieldWrite, type ScopeKey, SettingRows, secretPlace } from './setting-rows.js';
import { auditEntryOf, sameRow } from './settings-audit.js';

export interface Revision {
  readonly revision: number;
  readonly savedBy: string;
  readonly savedAt: string;
}

export interface StoredSave {
  readonly definitionId: string;
  readonly scope: ScopeKey;
  readonly writes: ReadonlyMap<string, FieldWrite>;
  readonly expected?: number | undefined;
}

/** What stood in a field before it was saved; no row when nothing did. */
export interface PreviousSetting extends Pick<StoredSetting, 'definitionId' | 'scope' | 'field'> {
  readonly row: StoredSetting | undefined;
  /** What stands there now. */
  readonly written: StoredSetting | undefined;
}

export interface SaveActor {
  readonly by: Person;
  readonly via: AuditVia;
  /** Runs at the end of the same transaction. */
  readonly within?: (transaction: Transaction, previous: readonly PreviousSetting[]) => Promise<void>;
}

type Fields = ReadonlyMap<string, StoredValue>;

const key = (definitionId: string, scope: ScopeKey): string => `${definitionId}\n${scope}`;

/** All stored settings, in memory; changed after the commit, so nobody reads what is not durable. */
@injectable()
export class StoredSettings implements Activity {
  private readonly fields = new Map<string, Fields>();
  private readonly revisions = new Map<string, Revision>();
  /** The scopes that store anything, by definition. */
  private readonly scopes = new Map<string, Set<ScopeKey>>();
  private readonly listeners = new Map<string, (scope: ScopeKey, fields: readonly string[]) => void>();

  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(SecretBox) private readonly secretBox: SecretBox,
    @inject(SecretReferences) private readonly references: SecretReferences,
    @inject(SettingRows) private readonly rows: SettingRows,
    @inject(AuditLog) private readonly audit: AuditLog,
    @inject(Clock) private readonly clock: Clock,
    @inject(Log) private readonly log: Log,
  ) {}

  async onStart(): Promise<void> {
    const { rows, revisions } = await this.unitOfWork.read(async (reader) => ({
      rows: await reader.repository(StoredSetting).find(),
      revisions: await reader.repository(SettingsRevision).find(),
    }));
    for (const row of rows) this.put(row.definitionId, row.scope, new Map([[row.field, this.rows.remember(row)]]));
    for (const { definitionId, scope, revision, savedBy, savedAt } of revisions) {
      this.revisions.set(key(definitionId, scope), { revision, savedBy, savedAt });
    }
  }

  get(definitionId: string, scope: ScopeKey): Fields | undefined {
    return this.fields.get(key(definitionId, scope));
  }

  scopesOf(definitionId: string): Iterable<ScopeKey> {
    return this.scopes.get(definitionId) ?? [];
  }

  revision(definitionId: string, scope: ScopeKey): Revision {
    return this.revisions.get(key(definitionId, scope)) ?? { revision: 0, savedBy: '', savedAt: '' };
  }

  /** One listener per definition: the handle that is current. */
  listen(definitionId: string, listener: (scope: ScopeKey, fields: readonly string[]) => void): void {
    this.listeners.set(definitionId, listener);
  }

  /** `<id>.<field>` of every stored secret that cannot be decrypted, with its scope. */
  unreadable(): readonly { readonly setting: string; readonly scope: ScopeKey }[] {
    return [...this.fields].flatMap(([place, fields]) => {
      const [definitionId = '', scope = ''] = place.split('\n');
      const lost = [...fields].filter(
        ([, value]) => (value.kind === 'secret' || value.kind === 'reference') && !value.state.readable,
      );
      return lost.map(([field]) => ({ setting: `${definitionId}.${field}`, scope }));
    });
  }

  open(definitionId: string, scope: ScopeKey, field: string): string | undefined {
    const stored = this.get(definitionId, scope)?.get(field);
    if (stored?.kind === 'reference') {
      const resolved = this.references.resolve(stored.reference);
      return resolved.ok ? resolved.value : undefined;
    }
    if (stored?.kind !== 'secret') return undefined;
    try {
      return this.secretBox.open(stored.sealed, secretPlace(definitionId, scope, field));
    } catch (error) {
      if (error instanceof PortalError && error.code === 'secret-unreadable') return undefined;
      throw error;
    }
  }

  /** All of them, or none; the audit log is part of it. */
  async save(saves: readonly StoredSave[], { by, via, within }: SaveActor): Promise<void> {
    const savedAt = this.clock.now().toISOString();
    const savedBy = by.name || by.email;
    await this.unitOfWork.write(async (transaction) => {
      const previous: PreviousSetting[] = [];
      for (const save of saves) previous.push(...(await this.saveOne(transaction, save, { by, via, savedBy, savedAt })));
      await within?.(transaction, previous);
    });
    for (const { definitionId, scope, writes } of saves)
      this.log.info('Settings were saved.', { definition: definitionId, scope, fields: [...writes.keys()], by: by.id, via });
  }

  private async saveOne(
    transaction: Transaction,
    { definitionId, scope, writes, expected }: StoredSave,
    { by, via, savedBy, savedAt }: SaveActor & { readonly savedBy: string; readonly savedAt: string },
  ): Promise<readonly PreviousSetting[]> {
    const revisions = transaction.repository(SettingsRevision);
    const current = (await revisions.findOneBy({ definitionId, scope }))?.revision ?? 0;
    if (expected !== undefined && expected !== current) {
      const last = this.revision(definitionId, scope);
      throw new PortalError('settings-conflict', `${last.savedBy || 'Somebody else'} saved these settings in the meantime.`, {
        status: 409,
      });
    }
    const repository = transaction.repository(StoredSetting);
    const former = new Map((await repository.findBy({ definitionId, scope })).map((row) => [row.field, row]));
    const rows = [...writes].map(([field, write]) =>
      this.rows.rowOf({ definitionId, scope, field, setBy: savedBy, setAt: savedAt }, write),
    );
    for (const { row, field } of rows) {
      const before = former.get(field);
      if (row) await repository.save(row);
      else await repository.delete({ definitionId, scope, field });
      if (!sameRow(before, row))
        await this.audit.record(transaction, auditEntryOf({ definitionId, scope, field }, before, row, { by, via }));
    }
    await revisions.save({ definitionId, scope, revision: current + 1, savedBy, savedAt });
    transaction.afterCommit(() => {
      this.put(definitionId, scope, new Map(rows.map(({ row, field }) => [field, row && this.rows.remember(row)])));
      this.revisions.set(key(definitionId, scope), { revision: current + 1, savedBy, savedAt });
      this.listeners.get(definitionId)?.(scope, [...writes.keys()]);
    });
    return rows.map(({ field, row }) => ({ definitionId, scope, field, row: former.get(field), written: row }));
  }

  /** What was stored under these definitions has gone, and in these fields of others. */
  forget(definitionIds: readonly string[], fields: readonly Pick<StoredSetting, 'definitionId' | 'scope' | 'field'>[]): void {
    for (const id of definitionIds) {
      for (const known of [this.fields, this.revisions])
        for (const place of known.keys()) if (place.startsWith(`${id}\n`)) known.delete(place);
      this.scopes.delete(id);
    }
    for (const { definitionId, scope, field } of fields) this.put(definitionId, scope, new Map([[field, undefined]]));
  }

  /** Forgets all that a site says, in the transaction that erases the site. Answers how many rows there were. */
  async eraseScope(transaction: Transaction, scope: ScopeKey): Promise<number> {
    const settings = await transaction.repository(StoredSetting).delete({ scope });
    const revisions = await transaction.repository(SettingsRevision).delete({ scope });
    transaction.afterCommit(() => {
      for (const known of [this.fields, this.revisions])
        for (const place of known.keys()) if (place.endsWith(`\n${scope}`)) known.delete(place);
      for (const scopes of this.scopes.values()) scopes.delete(scope);
    });
    return (settings.affected ?? 0) + (revisions.affected ?? 0);
  }

  /** Takes the name of somebody who is deleted from what they saved, in that transaction. */
  async forgetPerson(transaction: Transaction, { name, email }: Person): Promise<void> {
    for (const called of [name, email]) {
      await transaction.repository(StoredSetting).update({ setBy: called }, { setBy: '' });
      await transaction.repository(SettingsRevision).update({ savedBy: called }, { savedBy: '' });
    }
    transaction.afterCommit(() => this.onStart());
  }

  /** Seals one secret again; false when it is there and cannot be read. */
  async reseal(definitionId: string, scope: ScopeKey, field: string): Promise<boolean> {
    return this.unitOfWork.write(async (transaction) => {
      const rows = transaction.repository(StoredSetting);
      const row = await rows.findOneBy({ definitionId, scope, field });
      if (row?.kind !== 'secret' || this.secretBox.isCurrent(row.content)) return true;
      if (!this.rows.isReadable(row)) return false;
      const place = secretPlace(definitionId, scope, field);
      const next = { ...row, content: this.secretBox.seal(this.secretBox.open(row.content, place), place) };
      await rows.save(next);
      transaction.afterCommit(() => this.put(definitionId, scope, new Map([[field, this.rows.remember(next)]])));
      return true;
    });
  }

  private put(definitionId: string, scope: ScopeKey, changes: ReadonlyMap<string, StoredValue | undefined>): void {
    const place = key(definitionId, scope);
    const next = new Map(this.fields.get(place));
    for (const [field, value] of changes) {
      if (value) next.set(field, value);
      else next.delete(field);
    }
    this.fields.set(place, next);
    const scopes = this.scopes.get(definitionId) ?? new Set();
    this.scopes.set(definitionId, scopes.add(scope));
  }
}
