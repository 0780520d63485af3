import {
  type AuditLog,
  type Clock,
  Emitter,
  type Event,
  type Log,
  type MigrationInterface,
  type Modification,
  type ModificationKind,
  type ModificationSwitch,
  type Modifications,
  PortalError,
  type QueryRunner,
  type UnitOfWork,
} from '../api/index.js';
import type { Decorating } from '../kernel/index.js';
import { Column, Entity, PrimaryColumn } from '../libraries/typeorm.js';

/** A change of one module to another that an operator switched off. */
@Entity('portico_modification_off')
export class ModificationOffRow {
  /** Id of the module that would change another. */
  @PrimaryColumn('text')
  module!: string;

  /** What it would change: `service` or `view`. */
  @PrimaryColumn('text')
  kind!: ModificationKind;

  /** Id of the service, or `<module>/<view>`. */
  @PrimaryColumn('text')
  subject!: string;

  /** Time at which it was switched off, in ISO 8601. */
  @Column('text', { name: 'switched_at' })
  switchedAt!: string;
}

class CreateModificationsOff implements MigrationInterface {
  readonly name = 'create-modifications-off';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE portico_modification_off (
         module TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, switched_at TEXT NOT NULL, PRIMARY KEY (module, kind, subject)
       )`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE portico_modification_off');
  }
}

export const modificationMigrations = [CreateModificationsOff] as const;

/** What operators switched off, in memory. The kernel and the views ask it; it is there before both. */
export class ModificationSwitches {
  private off: ReadonlySet<string> = new Set();

  constructor(private readonly unitOfWork: UnitOfWork) {}

  async load(): Promise<void> {
    const rows = await this.unitOfWork.read((reader) => reader.repository(ModificationOffRow).find());
    this.off = new Set(rows.map(keyOf));
  }

  list(): readonly { readonly module: string; readonly subject: string }[] {
    return [...this.off].map((key) => {
      const [module = '', , subject = ''] = key.split(' ');
      return { module, subject };
    });
  }

  isOn(module: string, kind: ModificationKind, subject: string): boolean {
    return !this.off.has(keyOf({ module, kind, subject }));
  }

  set(wanted: Pick<ModificationSwitch, 'module' | 'kind' | 'subject' | 'isOn'>): void {
    const off = new Set(this.off);
    if (wanted.isOn) off.delete(keyOf(wanted));
    else off.add(keyOf(wanted));
    this.off = off;
  }
}

export interface ModificationDependencies {
  readonly switches: ModificationSwitches;
  readonly unitOfWork: UnitOfWork;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly log: Pick<Log, 'error'>;
  readonly kernel: {
    readonly decorators: { list(): readonly Decorating[]; apply(module: string): Promise<void> };
    readonly modules: readonly {
      readonly id: string;
      readonly manifest: { readonly overrides?: Readonly<Record<string, string>> };
    }[];
  };
  /** Of modules that run. */
  readonly views: { overrides(): readonly Modification[]; forgetWritten(): void };
}

/** What modules change about others: decorated services from the kernel, views in place of others from the views. */
export class StoredModifications implements Modifications {
  private readonly changed: Emitter<Modification>;

  constructor(private readonly dependencies: ModificationDependencies) {
    this.changed = new Emitter((error) => dependencies.log.error('A listener failed.', { error }));
  }

  get onDidChange(): Event<Modification> {
    return this.changed.event;
  }

  list(): readonly Modification[] {
    return [...this.services(), ...this.views()].sort(
      (a, b) => compare(a.module, b.module) || compare(a.kind, b.kind) || compare(a.subject, b.subject),
    );
  }

  async switch(wanted: ModificationSwitch): Promise<Modification> {
    const { audit, clock, kernel, switches, unitOfWork } = this.dependencies;
    const { module, kind, subject, isOn, by, via } = wanted;
    const before = this.find(wanted);
    if (before.isOn === isOn) return before;
    await unitOfWork.write(async (transaction) => {
      const rows = transaction.repository(ModificationOffRow);
      if (isOn) await rows.delete({ module, kind, subject });
      else await rows.save({ module, kind, subject, switchedAt: clock.now().toISOString() });
      await audit.record(transaction, {
        area: 'modules',
        subject: module,
        attribute: `${kind} ${subject}`,
        scope: 'instance',
        action: 'changed',
        before: before.isOn,
        after: isOn,
        by,
        via,
      });
      transaction.afterCommit(() => switches.set(wanted));
    });
    if (kind === 'service') await kernel.decorators.apply(module);
    else this.dependencies.views.forgetWritten();
    const now = this.find(wanted);
    this.changed.fire(now);
    return now;
  }

  private find({ module, kind, subject }: Pick<ModificationSwitch, 'module' | 'kind' | 'subject'>): Modification {
    const found = this.list().find((each) => each.module === module && each.kind === kind && each.subject === subject);
    if (found) return found;
    throw new PortalError('modification-unknown', `The module ${module} does not change the ${kind} ${subject}.`, {
      status: 404,
    });
  }

  private services(): readonly Modification[] {
    const decorating = this.dependencies.kernel.decorators.list();
    return decorating.map(({ module, service, of, isStanding }): Modification => {
      const order = decorating.filter((each) => each.service === service).map((each) => each.module);
      const isOn = this.dependencies.switches.isOn(module, 'service', service);
      const common = { module, kind: 'service' as const, subject: service, of, isOn, order };
      if (!isOn) return { ...common, state: 'off' };
      if (isStanding) return { ...common, state: 'in-force' };
      const reason = of === undefined ? `Nobody offers ${service} now.` : `The module ${module} does not run.`;
      return { ...common, state: 'waiting', reason };
    });
  }

  /** Those of modules that do not run are known from their manifests. */
  private views(): readonly Modification[] {
    const running = this.dependencies.views.overrides();
    const known = new Set(running.map(({ module, subject }) => `${module} ${subject}`));
    const waiting = this.dependencies.kernel.modules.flatMap(({ id: module, manifest }) =>
      Object.keys(manifest.overrides ?? {})
        .filter((subject) => !known.has(`${module} ${subject}`))
        .map((subject): Modification => {
          const isOn = this.dependencies.switches.isOn(module, 'view', subject);
          const order = [
            ...new Set([...running.filter((each) => each.subject === subject).map((each) => each.module), module]),
          ].sort(compare);
          const common = { module, kind: 'view' as const, subject, of: subject.slice(0, subject.indexOf('/')), isOn, order };
          return isOn
            ? { ...common, state: 'waiting', reason: `The module ${module} does not run.` }
            : { ...common, state: 'off' };
        }),
    );
    return [...running, ...waiting];
  }
}

const keyOf = ({ module, kind, subject }: Pick<ModificationSwitch, 'module' | 'kind' | 'subject'>): string =>
  `${module} ${kind} ${subject}`;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
