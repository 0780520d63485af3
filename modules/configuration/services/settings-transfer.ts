import { type AuditVia, Clock, Ids, inject, injectable, type Person, PortalError, UnitOfWork } from '@portico/core';
import { SettingsImport, type StoredSetting } from '../entities/index.js';
import { DeploymentSettings } from './deployment-settings.js';
import { type ImportPlan, planImport } from './import-plan.js';
import { SettingPresenter } from './setting-presenter.js';
import type { FieldWrite } from './setting-rows.js';
import { scopeKey } from './setting-rows.js';
import { sameRow } from './settings-audit.js';
import type { CatalogEntry } from './settings-catalog.js';
import { SettingsExport } from './settings-export.js';
import { SettingsRegistry } from './settings-registry.js';
import { type PreviousSetting, type StoredSave, StoredSettings } from './stored-settings.js';

/** The items by key, in the order in which they came. */
function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item)) ?? [];
    group.push(item);
    groups.set(keyOf(item), group);
  }
  return groups;
}

type Row = Pick<StoredSetting, 'kind' | 'content' | 'lastFour'>;
type Place = Pick<StoredSetting, 'definitionId' | 'scope' | 'field'>;
interface Recorded extends Place {
  readonly before?: Row;
  readonly after?: Row;
}

export interface ImportOptions {
  /** What is there for whoever imports: `SettingsCatalog.visible` for a person, `all` for the operator. */
  readonly reach: readonly CatalogEntry[];
  readonly by: Person;
  readonly replace: boolean;
  /** True: nothing is changed. */
  readonly dryRun: boolean;
  readonly locale?: string;
}

export interface ImportDone extends ImportPlan {
  /** Id of the import, for undo; undefined when nothing was written. */
  readonly id?: string;
}

export interface PastImport {
  readonly id: string;
  readonly at: Date;
  readonly by: string;
  readonly settings: number;
  readonly undone: boolean;
}

const via: AuditVia = 'import';

/** Imports settings all or nothing, keeps what stood there before, and takes an import back. */
@injectable()
export class SettingsTransfer {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(StoredSettings) private readonly stored: StoredSettings,
    @inject(SettingsRegistry) private readonly registry: SettingsRegistry,
    @inject(SettingsExport) private readonly places: SettingsExport,
    @inject(SettingPresenter) private readonly presenter: SettingPresenter,
    @inject(DeploymentSettings) private readonly deployment: DeploymentSettings,
    @inject(Clock) private readonly clock: Clock,
    @inject(Ids) private readonly ids: Ids,
  ) {}

  async import(text: string, { by, reach, replace, dryRun, locale }: ImportOptions): Promise<ImportDone> {
    const places = new Map(this.places.places());
    const entries = new Map(reach.map(({ value: { id, fields } }) => [id, fields]));
    const plan = await planImport(text, {
      place: (name) => places.get(name),
      entry: (id) => {
        const fields = entries.get(id);
        return fields && { fields, handle: this.registry.handle(id) };
      },
      message: (key, values) => this.presenter.ours(key, values, locale),
      replace,
    });
    if (dryRun || plan.faults.length > 0 || plan.changes.length === 0) return plan;
    const id = this.ids.next();
    await this.stored.save(await this.savesOf(plan), {
      by,
      via,
      within: async (transaction, previous) => {
        const changes = JSON.stringify(previous.map(recorded));
        const importedBy = by.name || by.email;
        const importedAt = this.clock.now().toISOString();
        await transaction.repository(SettingsImport).insert({ id, importedAt, importedBy, changes, undoneAt: null });
      },
    });
    return { ...plan, id };
  }

  /** The newest ones. */
  async past(limit = 20): Promise<readonly PastImport[]> {
    const rows = await this.unitOfWork.read((reader) =>
      reader.repository(SettingsImport).find({ order: { id: 'DESC' }, take: limit }),
    );
    return rows.map(({ id, importedAt, importedBy, changes, undoneAt }) => ({
      id,
      at: new Date(importedAt),
      by: importedBy,
      settings: (JSON.parse(changes) as readonly unknown[]).length,
      undone: undoneAt !== null,
    }));
  }

  /**
   * Puts everything back as it stood before an import; left out: the newest that is not undone. Answers how many settings.
   * @throws PortalError `setting-locked` (409), `import-unknown` (404), `import-changed-since` (409) when something was saved over it.
   */
  async undo(id: string | undefined, by: Person): Promise<number> {
    const past = await this.past(500);
    const chosen = past.find((each) => (id === undefined ? !each.undone : each.id === id && !each.undone));
    const row =
      chosen && (await this.unitOfWork.read((reader) => reader.repository(SettingsImport).findOneBy({ id: chosen.id })));
    if (!row) throw new PortalError('import-unknown', 'There is no such import to undo.', { status: 404 });
    const changes = JSON.parse(row.changes) as readonly Recorded[];
    for (const { definitionId, field } of changes) this.deployment.checkUnlocked(definitionId, field);
    const byPlace = groupBy(changes, ({ definitionId, scope }) => `${definitionId}\n${scope}`);
    const saves = [...byPlace.values()].map((group): StoredSave => {
      const { definitionId, scope } = group[0] as Recorded;
      const writes = new Map(
        group.map(({ field, before }): [string, FieldWrite] => [field, before && { kind: 'restored', row: before }]),
      );
      return { definitionId, scope, writes };
    });
    await this.stored.save(saves, {
      by,
      via,
      within: async (transaction, previous) => {
        const now = new Map(previous.map((each) => [placeOf(each), each.row]));
        const newer = changes.filter((each) => !sameRow(now.get(placeOf(each)), each.after));
        if (newer.length > 0) {
          const names = newer.map(({ definitionId, field }) => `${definitionId}.${field}`).join(', ');
          throw new PortalError(
            'import-changed-since',
            `Nothing was undone, because this was changed since the import: ${names}.`,
            { status: 409 },
          );
        }
        await transaction.repository(SettingsImport).update({ id: row.id }, { undoneAt: this.clock.now().toISOString() });
      },
    });
    return changes.length;
  }

  private async savesOf({ changes }: ImportPlan): Promise<readonly StoredSave[]> {
    const saves: StoredSave[] = [];
    for (const group of groupBy(changes, ({ id, place }) => `${place} ${id}`).values()) {
      const [first] = group;
      const handle = first && this.registry.known(first.id);
      if (!first || !handle) continue;
      const expected = handle.revision(first.scope);
      const writes = await handle.prepare(first.scope, Object.fromEntries(group.map(({ field, change }) => [field, change])));
      saves.push({ definitionId: first.id, scope: scopeKey(first.scope), writes, expected });
    }
    return saves;
  }
}

function placeOf({ definitionId, scope, field }: Place): string {
  return `${definitionId}\n${scope}\n${field}`;
}

function recorded({ definitionId, scope, field, row, written }: PreviousSetting): Recorded {
  const bare = (each: StoredSetting | undefined): Row | undefined =>
    each && { kind: each.kind, content: each.content, lastFour: each.lastFour };
  const [before, after] = [bare(row), bare(written)];
  return { definitionId, scope, field, ...(before ? { before } : {}), ...(after ? { after } : {}) };
}
