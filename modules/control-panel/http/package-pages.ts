import { createHash } from 'node:crypto';
import {
  inject,
  injectable,
  MessageCatalog,
  type ModulePlan,
  Modules,
  type PackageOperation,
  type PackageOperator,
  PortalError,
  type RouteContext,
  z,
} from '@portico/core';
import { nameAmong } from '../services/package-model.js';
import { planSteps } from '../services/plan-model.js';

export const place = '/configuration/packages';
export type AnyContext = RouteContext<unknown, unknown, unknown>;

/** What was shown when somebody said yes. */
export const confirmed = z.strictObject({ plan: z.string().max(64) });

/** What the screens of a change of a module have in common. */
@injectable()
export class PackagePages {
  constructor(
    @inject(MessageCatalog) private readonly catalog: MessageCatalog,
    @inject(Modules) private readonly modules: Modules,
  ) {}

  renderPlan(ctx: AnyContext, plan: ModulePlan, { problems, status, ...more }: PlanPage): void {
    const { action, id: module, version, from, digest } = plan;
    const name = this.nameIn(ctx, plan);
    const title = ctx.text(`packages.plan-title.${action}`, { name, version });
    const all = { ...plan, problems: [...problems, ...plan.problems] };
    const model = {
      ...more,
      title,
      name,
      id: module,
      description: plan.description,
      version,
      from,
      digest: digest.slice(0, 16),
      steps: planSteps(
        all,
        (key, values) => ctx.text(key, values),
        (each) => this.nameOf(ctx, each),
      ),
      label: action === 'none' || all.problems.length > 0 ? undefined : ctx.text(`packages.${action}`),
      isThere: action === 'none',
      plan: hashOf(plan),
    };
    ctx.render('package-plan', model, { title, status });
  }

  nameOf({ access: { locale } }: AnyContext, module: string): string {
    return this.catalog.nameOf(module, locale);
  }

  /** As the package itself has it: a module that is not there yet has no words. */
  nameIn(ctx: AnyContext, { id, names }: Pick<ModulePlan, 'id' | 'names'>): string {
    return nameAmong(names, ctx.access.locale) ?? this.nameOf(ctx, id);
  }

  crumbs(ctx: AnyContext, module?: string): readonly Crumb[] {
    const all = { name: ctx.text('modules.title'), href: ctx.url('/configuration/modules') };
    return this.hasPage(module) ? [all, { name: this.nameOf(ctx, module), href: this.backOf(ctx, module) }] : [all];
  }

  /** The page of the module, or the list when it has none: a module that cannot be read stays out. */
  backOf(ctx: AnyContext, module: string | undefined): string {
    return ctx.url(this.hasPage(module) ? `/configuration/modules/${encodeURIComponent(module)}` : '/configuration/modules');
  }

  private hasPage(module: string | undefined): module is string {
    return module !== undefined && this.modules.status(module) !== undefined;
  }

  /** Shows how far a change is, and what came of it. */
  follow(ctx: AnyContext, { id }: PackageOperation): void {
    seeOther(ctx, ctx.url(`${place}/operations/${id}`));
  }
}

export interface Crumb {
  readonly name: string;
  readonly href: string;
}

export interface PlanPage {
  readonly warning: string | undefined;
  /** In addition to those of the plan. */
  readonly problems: readonly string[];
  readonly file?: string;
  readonly form: string;
  readonly discard?: string;
  readonly back: string;
  readonly rollback?: string | undefined;
  readonly status: number;
  readonly crumbs: readonly Crumb[];
}

export function operatorOf({ access: { person } }: AnyContext): PackageOperator {
  if (!person) throw new PortalError('sign-in-required', 'Sign in to do this.', { status: 401 });
  return { by: { id: person.id, name: person.name || person.email }, via: 'screen' };
}

export function addressOf(ctx: AnyContext, path: string, module: string | undefined): string {
  return ctx.url(`${place}${path}`) + (module === undefined ? '' : `?module=${encodeURIComponent(module)}`);
}

/** After a form: whatever the method was, the next request is a GET. */
export function seeOther(ctx: AnyContext, address: string): void {
  ctx.status = 303;
  ctx.redirect(address);
}

/** Any other plan has another one. */
export function hashOf(plan: ModulePlan): string {
  return createHash('sha256').update(JSON.stringify(plan)).digest('hex').slice(0, 32);
}
