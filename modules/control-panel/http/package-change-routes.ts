import {
  type HttpRoutes,
  inject,
  injectable,
  ModulePackages,
  type ModulePlan,
  Modules,
  notFound,
  type PackageOperation,
  PackageOperations,
  type PackageOperator,
  type RouteContext,
  type Router,
  z,
} from '@portico/core';
import { permissions } from '../services/permissions.js';
import { type AnyContext, confirmed, hashOf, operatorOf, PackagePages, place } from './package-pages.js';

const access = { permission: permissions.packages };
const ofModule = z.strictObject({ module: z.string().max(100) });
const operationParams = z.strictObject({ operation: z.string().max(50) });
/** `of`: what the page was about that was agreed to. */
const removal = z.strictObject({
  data: z.enum(['keep', 'remove']).default('keep'),
  of: z.enum(['installed', 'removed']).optional(),
});
const stateAnswer = z.strictObject({ isRunning: z.boolean(), text: z.string() });

type ModuleContext<B = unknown> = RouteContext<z.output<typeof ofModule>, unknown, B>;
type OperationContext = RouteContext<z.output<typeof operationParams>>;

/** Going back to the version before, removing, and following a change to its end. */
@injectable()
export class PackageChangeRoutes implements HttpRoutes {
  readonly prefix = place;

  constructor(
    @inject(ModulePackages) private readonly packages: ModulePackages,
    @inject(PackageOperations) private readonly operations: PackageOperations,
    @inject(Modules) private readonly modules: Modules,
    @inject(PackagePages) private readonly pages: PackagePages,
  ) {}

  register(router: Router): void {
    router.get('/rollback/:module', { access, params: ofModule }, (ctx: ModuleContext) => this.askRollback(ctx));
    router.post('/rollback/:module', { access, params: ofModule, body: confirmed }, (ctx) => this.rollback(ctx));
    router.get('/remove/:module', { access, params: ofModule }, (ctx: ModuleContext) => this.askRemoval(ctx));
    router.post('/remove/:module', { access, params: ofModule, body: removal }, (ctx) => this.remove(ctx));
    router.get('/operations/:operation', { access, params: operationParams }, (ctx: OperationContext) => this.follow(ctx));
    router.get(
      '/operations/:operation/state',
      { access, params: operationParams, answers: 'json', answer: stateAnswer },
      (ctx: OperationContext) => {
        const operation = this.operationOf(ctx);
        ctx.set('Cache-Control', 'no-store');
        ctx.body = { isRunning: operation.step !== undefined, text: this.stepText(ctx, operation) };
      },
    );
  }

  private async askRollback(ctx: ModuleContext, warning?: string): Promise<void> {
    const { module } = ctx.input.params;
    const plan = await this.packages.planRollback(module);
    const back = this.pages.backOf(ctx, module);
    const status = warning === undefined ? 200 : 409;
    const form = ctx.url(`${place}/rollback/${module}`);
    this.pages.renderPlan(ctx, plan, { warning, problems: [], form, back, status, crumbs: this.pages.crumbs(ctx, module) });
  }

  private async rollback(ctx: ModuleContext<z.output<typeof confirmed>>): Promise<void> {
    const { module } = ctx.input.params;
    if (hashOf(await this.packages.planRollback(module)) !== ctx.input.body.plan)
      return this.askRollback(ctx, ctx.text('packages.plan-changed'));
    const work = (by: PackageOperator): Promise<ModulePlan> => this.packages.rollback(module, by);
    this.pages.follow(ctx, this.operations.start('rollback', module, operatorOf(ctx), work));
  }

  private async askRemoval(ctx: ModuleContext): Promise<void> {
    const { module } = ctx.input.params;
    const plan = await this.packages.planRemoval(module);
    const { version, isRemoved, stops, remainders } = plan;
    const name = isRemoved ? this.pages.nameIn(ctx, plan) : this.pages.nameOf(ctx, module);
    const title = ctx.text(isRemoved ? 'packages.erase-title' : 'packages.remove-title', { name });
    const model = {
      title,
      isRemoved,
      name,
      version,
      crumbs: this.pages.crumbs(ctx, module),
      back: this.pages.backOf(ctx, module),
      form: ctx.url(`${place}/remove/${module}`),
      stops: stops.map((each) => this.pages.nameOf(ctx, each)),
      remainders: remainders.map(({ kind, names }) => ({ kind, names: names.join(', ') })),
    };
    ctx.render('package-removal', model, { title });
  }

  private remove(ctx: ModuleContext<z.output<typeof removal>>): void {
    const { module } = ctx.input.params;
    const { data, of } = ctx.input.body;
    const options = { withData: data === 'remove', isRemoved: of && of === 'removed' };
    const operation = this.operations.start('remove', module, operatorOf(ctx), (by) => this.packages.remove(module, by, options));
    this.pages.follow(ctx, operation);
  }

  private follow(ctx: OperationContext): void {
    const operation = this.operationOf(ctx);
    const { kind, module, step, failure, done } = operation;
    const name = done ? this.pages.nameIn(ctx, done) : this.pages.nameOf(ctx, module);
    const version = done?.version ?? '';
    const state = step === undefined ? (failure === undefined ? 'done' : 'failed') : 'running';
    const isErasure = done !== undefined && 'isRemoved' in done && done.isRemoved;
    const title = ctx.text(isErasure ? 'packages.done.erase' : `packages.${state}.${kind}`, { name, version });
    const status = kind === 'remove' ? undefined : this.modules.status(module);
    const remainders = done && 'remainders' in done ? done.remainders : [];
    const model = {
      title,
      failure,
      isRunning: state === 'running',
      isDone: state === 'done',
      text: this.stepText(ctx, operation),
      stateAddress: ctx.url(`${place}/operations/${operation.id}/state`),
      module: status && ctx.url(`/configuration/modules/${module}`),
      moduleLabel: ctx.text('packages.open-module', { name }),
      now: status && ctx.text('modules.now', { name, state: ctx.text(`modules.state.${status.state}`) }),
      reasons: status?.reasons ?? [],
      notes: done && 'notes' in done ? done.notes : [],
      remainders: isErasure ? [] : remainders.map(({ kind: what, names }) => ({ kind: what, names: names.join(', ') })),
      crumbs: this.pages.crumbs(ctx),
    };
    ctx.set('Cache-Control', 'no-store');
    ctx.render('package-operation', model, { title });
  }

  private operationOf(ctx: OperationContext): PackageOperation {
    const operation = this.operations.find(operatorOf(ctx).by.id, ctx.input.params.operation);
    if (!operation) throw notFound('change');
    return operation;
  }

  private stepText(ctx: AnyContext, { step }: PackageOperation): string {
    return ctx.text(`packages.step.${step ?? 'ended'}`);
  }
}
