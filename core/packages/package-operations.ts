import type {
  Clock,
  Ids,
  Log,
  ModulePlan,
  PackageOperation,
  PackageOperations,
  PackageOperator,
  PackageStep,
  RemovalPlan,
} from '../api/index.js';
import { PortalError } from '../api/index.js';

const keptMillis = 60 * 60_000;
const keptAtMost = 100;

interface Entry extends PackageOperation {
  readonly person: string;
}

/** Changes under way, and what came of the last ones; in memory, because the audit log has what happened. */
export class StartedOperations implements PackageOperations {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly log: Log,
  ) {}

  start(
    kind: PackageOperation['kind'],
    module: string,
    operator: PackageOperator,
    work: (operator: PackageOperator) => Promise<ModulePlan | RemovalPlan>,
  ): PackageOperation {
    this.forget();
    const id = this.ids.next();
    const entry: Entry = { id, kind, module, person: operator.by.id, startedAt: this.clock.now(), step: 'waiting' };
    this.entries.set(id, entry);
    const onStep = (step: PackageStep): void => void this.entries.set(id, { ...entry, step });
    const end = (outcome: Pick<PackageOperation, 'done' | 'failure'>): void =>
      void this.entries.set(id, { ...entry, step: undefined, ...outcome });
    work({ ...operator, onStep }).then(
      (done) => end({ done }),
      (error: unknown) => end({ failure: this.explain(id, error) }),
    );
    return entry;
  }

  find(person: string, id: string): PackageOperation | undefined {
    this.forget();
    const entry = this.entries.get(id);
    return entry?.person === person ? entry : undefined;
  }

  private explain(id: string, error: unknown): string {
    if (error instanceof PortalError && (error.expose || error.status < 500)) return error.message;
    this.log.error('A change of a module failed.', { operation: id, error });
    return `The portal could not do it; its log says why, under ${id}. Everything is as it was before.`;
  }

  private forget(): void {
    const oldest = this.clock.now().getTime() - keptMillis;
    for (const { id, step, startedAt } of [...this.entries.values()]) {
      const isOld = startedAt.getTime() < oldest || this.entries.size > keptAtMost;
      if (step === undefined && isOld) this.entries.delete(id);
    }
  }
}
