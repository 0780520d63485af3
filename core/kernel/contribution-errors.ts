import type { Log, ModuleStatus } from '../api/index.js';

type ContributionError = ModuleStatus['contributionErrors'][number];

/** Counts contributions that threw, per module, until the module starts again. */
export class ContributionErrors {
  private readonly byModule = new Map<string, Map<string, ContributionError>>();
  /** What was thrown first, by module, point and id. */
  private readonly causes = new Map<string, unknown>();

  constructor(private readonly logFor: (moduleId: string) => Log) {}

  /** The first of its kind is logged as an error with its stack; the rest are counted. */
  count(module: string, point: string, id: string, error: unknown): void {
    const own = this.byModule.get(module) ?? new Map<string, ContributionError>();
    this.byModule.set(module, own);
    const key = `${point}/${id}`;
    const before = own.get(key)?.count ?? 0;
    if (before === 0) this.causes.set(`${module}/${key}`, error);
    own.set(key, { point, id, count: before + 1, message: messageOf(error) });
    if (before === 0) this.logFor(module).error('A contribution failed and was left out.', { point, contribution: id, error });
  }

  of(module: string): readonly ContributionError[] {
    return [...(this.byModule.get(module)?.values() ?? [])];
  }

  causeOf(module: string, { point, id }: ContributionError): unknown {
    return this.causes.get(`${module}/${point}/${id}`);
  }

  clear(module: string): void {
    for (const { point, id } of this.of(module)) this.causes.delete(`${module}/${point}/${id}`);
    this.byModule.delete(module);
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
