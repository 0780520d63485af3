import type { IntegrityCheck, IntegrityFinding, Modules } from '../api/index.js';
import { ownerByName } from '../util/module-owner.js';

/** What is in the database and whom it came from. */
export interface Inventory {
  /** Tables that no entity and no migration of this process claims, and that are not the portal's own. */
  readonly tables: readonly string[];
  /** Whose migrations were applied: ids of modules, and parts of the core. */
  readonly owners: readonly string[];
  /** Ids of modules that an operator switched off. */
  readonly disabled: readonly string[];
  /** Modules that were removed and whose data was kept: the portal knows what it is. */
  readonly removed: readonly string[];
  /** Changes of modules to others that an operator switched off. */
  readonly changesOff: readonly { readonly module: string; readonly subject: string }[];
}

/** Parts of the core that bring tables. */
const core = ['core/persistence', 'audit', 'flags', 'jobs', 'kernel', 'packages'];
const remedy =
  'Install the module again; when nobody needs what it kept, a person who knows the database may drop them after a backup.';

/** Names what modules left behind that are not installed any more. It is harmless, and nothing takes it away by itself. */
export function ownershipCheck(modules: Pick<Modules, 'list' | 'unreadable'>, look: () => Promise<Inventory>): IntegrityCheck {
  return {
    title: 'Every table and every switch of a module belongs to one that is installed.',
    run: async () => {
      const { tables, owners, disabled, changesOff, removed } = await look();
      const ownerless = tables.filter((table) => ownerByName(modules, table) === undefined);
      const gone = owners.filter((owner) => !core.includes(owner) && ownerByName(modules, owner) === undefined);
      const left = new Set(ownerless);
      const ofModules = gone.map((owner) => {
        const prefix = `${owner.replaceAll('-', '_')}_`;
        const its = ownerless.filter((table) => table.startsWith(prefix));
        for (const table of its) left.delete(table);
        const kept = its.length === 0 ? 'Its migrations are remembered' : `It kept the tables ${its.join(', ')}`;
        const way = removed.includes(owner)
          ? `Install it again, or take its data away: portico modules remove ${owner} --with-data, or Remove Data on the screen Modules.`
          : remedy;
        return warning(`The module ${owner} is not installed. ${kept}. ${way}`);
      });
      return [
        ...ofModules,
        ...[...left].map((table) => warning(`The table ${table} belongs to no module that is installed. ${remedy}`)),
        ...changesOff
          .filter(({ module }) => ownerByName(modules, module) === undefined)
          .map(({ module, subject }) =>
            warning(
              `The module ${module} is not installed, and what it would change about ${subject} is switched off; it would stay so.`,
            ),
          ),
        ...disabled
          .filter((id) => ownerByName(modules, id) === undefined)
          .map((id) =>
            warning(`The module ${id} is switched off and not installed; were it installed again, it would not start.`),
          ),
      ];
    },
  };
}

const warning = (message: string): IntegrityFinding => ({ severity: 'warning', message });
