import type {
  AccessContext,
  ExplainablePoint,
  ExplainedContribution,
  ExplainedStep,
  Explanations,
  Given,
  ModuleStatus,
} from '../api/index.js';
import type { FormerContribution, PointRegistry } from './point-registry.js';
import { satisfiesRange } from './version.js';
import { stepsOf, type Visibility, walk } from './visibility.js';

/** Asks what the points themselves ask, and before it what must be there for them to be asked at all. */
export class KernelExplanations implements Explanations {
  constructor(
    private readonly registry: PointRegistry,
    private readonly visibility: Visibility,
    private readonly statusOf: (moduleId: string) => ModuleStatus | undefined,
  ) {}

  points(): readonly ExplainablePoint[] {
    return this.registry.known.map((id) => ({
      id,
      host: this.registry.view(id)?.host,
      contributions: this.registry
        .rememberedAt(id)
        .map(({ range: _range, when: _when, ...shown }) => shown)
        .sort((a, b) => compare(a.module, b.module) || compare(a.id, b.id)),
    }));
  }

  explain(point: string, contribution: string, access: AccessContext, given?: Given): readonly ExplainedContribution[] {
    return this.registry
      .rememberedAt(point)
      .filter(({ id, module }) => id === contribution || `${module}/${id}` === contribution)
      .map((found) => {
        const facts = given ?? [found.when?.given ?? []].flat();
        const steps = this.visibility.steps(stepsOf(found.when), access, facts);
        const before = [this.moduleStep(found.module), ...this.hostSteps(point, found)];
        return { ...walk([...before, ...steps]), point, id: found.id, module: found.module };
      });
  }

  private moduleStep(id: string): ExplainedStep {
    const status = this.statusOf(id);
    const met = status === undefined || status.state === 'active';
    const why = met ? '' : ` ${status.reasons.join(' ')}`;
    return {
      criterion: 'module',
      subject: id,
      met,
      reason: `The module ${id} is ${status?.state ?? 'active'}.${why}`,
      ...(met ? {} : { changeableBy: 'Whoever may manage modules.' }),
    };
  }

  /** Said only when something is wrong with the point: nobody asks about hosts otherwise. */
  private hostSteps(point: string, { range, when }: FormerContribution): readonly ExplainedStep[] {
    const view = this.registry.view(point);
    if (view && !view.conditional && when !== undefined) {
      const reason = `${view.host} asks no "when" of what is contributed to ${point}, so what has one is left out.`;
      return [{ criterion: 'host', subject: point, met: false, reason }];
    }
    if (view && satisfiesRange(view.version, range)) return [];
    const reason = view
      ? `${view.host} hosts the extension point ${point} in version ${view.version}, and this was written for ${range}.`
      : `No active module hosts the extension point ${point}, so nobody shows it.`;
    return [{ criterion: 'host', subject: point, met: false, reason, changeableBy: 'Whoever may manage modules.' }];
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
