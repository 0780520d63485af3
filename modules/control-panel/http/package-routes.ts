import { createHash } from 'node:crypto';
import {
  type HttpRoutes,
  IncomingPackages,
  inject,
  injectable,
  MessageCatalog,
  ModulePackages,
  type ModulePlan,
  Modules,
  notFound,
  type PackageOperation,
  PackageOperations,
  type PackageOperator,
  PortalError,
  type RouteContext,
  type Router,
  z,
} from '@portico/core';
import { permissions } from '../services/permissions.js';
import { planSteps } from '../services/plan-model.js';

const place = '/configuration/packages';
const access = { permission: permissions.packages };
const id = z.string().max(100);
const ofModule = z.strictObject({ module: id });
const moduleQuery = z.strictObject({ module: id.optional() });
const incomingParams = z.strictObject({ incoming: z.string().max(50) });
const operationParams = z.strictObject({ operation: z.string().max(50) });
/** What was shown when somebody said yes. */
const confirmed = z.strictObject({ plan: z.string().max(64) });
const removal = z.strictObject({ data: z.enum(['keep', 'remove']).default('keep') });
const stateAnswer = z.strictObject({ isRunning: z.boolean(), text: z.string() });
const maxFileBytes = 64 * 1024 * 1024;
const maxSignatureBytes = 4096;

type Query = z.output<typeof moduleQuery>;
type IncomingContext<B = unknown> = RouteContext<z.output<typeof incomingParams>, Query, B>;
type ModuleContext<B = unknown> = RouteContext<z.output<typeof ofModule>, unknown, B>;
type OperationContext = RouteContext<z.output<typeof operationParams>>;
type AnyContext = RouteContext<unknown, unknown, unknown>;

/**
 * Installing, updating, rolling back and removing modules: a file, its plan, one question, and what came of it. The file is sent once and waits on the
 * server; the change itself goes on without the request, because it may stop whatever lives on the module.
 */
@injectable()
export class PackageRoutes implements HttpRoutes {
  readonly prefix = place;
  /** Plans of what waits, as long as the same modules are installed. */
  private readonly plans = new Map<string, { readonly installed: string; readonly plan: ModulePlan }>();

  constructor(
    @inject(ModulePackages) private readonly packages: ModulePackages,
    @inject(IncomingPackages) private readonly incoming: IncomingPackages,
    @inject(PackageOperations) private readonly operations: PackageOperations,
    @inject(Modules) private readonly modules: Modules,
    @inject(MessageCatalog) private readonly catalog: MessageCatalog,
  ) {}

  register(router: Router): void {
    const query = moduleQuery;
    const multipart = { maxFiles: 2, maxFileBytes };
    router.get('/new', { access, query }, (ctx) => this.form(ctx, ctx.input.query.module));
    router.post('/new', { access, query, multipart }, (ctx) => this.receive(ctx, ctx.input.query.module));
    router.get('/incoming/:incoming', { access, query, params: incomingParams }, (ctx: IncomingContext) => this.show(ctx));
    router.post('/incoming/:incoming', { access, query, params: incomingParams, body: confirmed }, (ctx) => this.bring(ctx));
    router.post('/incoming/:incoming/discard', { access, query, params: incomingParams }, (ctx: IncomingContext) =>
      this.discard(ctx),
    );
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

  private form(ctx: AnyContext, module: string | undefined, error?: string, status = 200): void {
    const name = module === undefined ? undefined : this.nameOf(ctx, module);
    const title = name === undefined ? ctx.text('packages.install-title') : ctx.text('packages.update-title', { name });
    const model = {
      title,
      module,
      error,
      crumbs: this.crumbs(ctx, module),
      back: backOf(ctx, module),
      action: addressOf(ctx, '/new', module),
      help: ctx.text('packages.file-help', { megabytes: maxFileBytes / 1024 / 1024 }),
    };
    ctx.render('package-form', model, { title, status });
  }

  private async receive(ctx: AnyContext, module: string | undefined): Promise<void> {
    const { id: sender } = operatorOf(ctx).by;
    let received: string | undefined;
    try {
      for await (const part of ctx.parts()) {
        if (part.kind === 'field' || part.fileName === '') continue;
        if (part.name === 'signature' && received !== undefined)
          this.incoming.sign(sender, received, await textOf(part.content, ctx.text('packages.signature-too-large')));
        else if (part.name === 'package' && received === undefined) {
          const kept = await this.incoming.receive(sender, part.fileName, part.content);
          if (kept.bytes === 0) {
            await this.incoming.discard(sender, kept.id);
            throw refused(ctx.text('packages.file-empty'));
          }
          received = kept.id;
        }
      }
      if (received === undefined) throw refused(ctx.text('packages.file-missing'));
      await this.planOf(sender, received);
    } catch (error) {
      if (!(error instanceof PortalError) || error.status >= 500) throw error;
      if (received !== undefined) await this.incoming.discard(sender, received);
      this.form(ctx, module, error.message, error.status);
      return;
    }
    seeOther(ctx, addressOf(ctx, `/incoming/${received}`, module));
  }

  /** The plan of a file that waits, made anew when other modules are installed than when it was made. */
  private async planOf(sender: string, incoming: string): Promise<ModulePlan> {
    const source = await this.incoming.source(sender, incoming);
    const installed = JSON.stringify((await this.packages.installed()).map((each) => [each.id, each.digest]));
    const known = this.plans.get(incoming);
    if (known?.installed === installed) return known.plan;
    const plan = await this.packages.plan(source);
    for (const old of [...this.plans.keys()].slice(0, Math.max(0, this.plans.size - 20))) this.plans.delete(old);
    this.plans.set(incoming, { installed, plan });
    return plan;
  }

  private async show(ctx: IncomingContext, warning?: string): Promise<void> {
    const { incoming } = ctx.input.params;
    const { module } = ctx.input.query;
    const sender = operatorOf(ctx).by.id;
    const file = this.incoming.find(sender, incoming);
    if (!file) {
      this.form(ctx, module, ctx.text('packages.expired'), 410);
      return;
    }
    const plan = await this.planOf(sender, incoming);
    const isOther = module !== undefined && plan.id !== module;
    const other = isOther ? ctx.text('packages.other-module', { id: plan.id, wanted: module }) : undefined;
    const { former } = (await this.packages.installed()).find((each) => each.id === plan.id) ?? {};
    this.renderPlan(ctx, plan, {
      warning,
      problems: other === undefined ? [] : [other],
      file: file.name,
      form: addressOf(ctx, `/incoming/${incoming}`, module),
      discard: addressOf(ctx, `/incoming/${incoming}/discard`, module),
      back: backOf(ctx, module),
      rollback: plan.problems.length > 0 && former ? ctx.url(`${place}/rollback/${plan.id}`) : undefined,
      status: warning === undefined ? 200 : 409,
      crumbs: [...this.crumbs(ctx, module), { name: ctx.text('packages.another-file'), href: addressOf(ctx, '/new', module) }],
    });
  }

  private renderPlan(ctx: AnyContext, plan: ModulePlan, { problems, status, ...more }: PlanPage): void {
    const { action, id: module, version, from, digest } = plan;
    const name = this.nameOf(ctx, module);
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

  private async bring(ctx: IncomingContext<z.output<typeof confirmed>>): Promise<void> {
    const { incoming } = ctx.input.params;
    const operator = operatorOf(ctx);
    const sender = operator.by.id;
    if (!this.incoming.find(sender, incoming)) return this.show(ctx);
    const plan = await this.planOf(sender, incoming);
    if (hashOf(plan) !== ctx.input.body.plan) return this.show(ctx, ctx.text('packages.plan-changed'));
    const { action } = plan;
    if (action === 'none' || action === 'rollback' || plan.problems.length > 0) return this.show(ctx);
    const source = await this.incoming.source(sender, incoming);
    const operation = this.operations.start(action, plan.id, operator, async (by) => {
      const done = await this.packages[action](source, by);
      await this.incoming.discard(sender, incoming);
      return done;
    });
    this.follows(ctx, operation);
  }

  private async discard(ctx: IncomingContext): Promise<void> {
    await this.incoming.discard(operatorOf(ctx).by.id, ctx.input.params.incoming);
    seeOther(ctx, backOf(ctx, ctx.input.query.module));
  }

  private async askRollback(ctx: ModuleContext, warning?: string): Promise<void> {
    const { module } = ctx.input.params;
    const plan = await this.packages.planRollback(module);
    const back = backOf(ctx, module);
    const status = warning === undefined ? 200 : 409;
    const form = ctx.url(`${place}/rollback/${module}`);
    this.renderPlan(ctx, plan, { warning, problems: [], form, back, status, crumbs: this.crumbs(ctx, module) });
  }

  private async rollback(ctx: ModuleContext<z.output<typeof confirmed>>): Promise<void> {
    const { module } = ctx.input.params;
    if (hashOf(await this.packages.planRollback(module)) !== ctx.input.body.plan)
      return this.askRollback(ctx, ctx.text('packages.plan-changed'));
    const work = (by: PackageOperator): Promise<ModulePlan> => this.packages.rollback(module, by);
    this.follows(ctx, this.operations.start('rollback', module, operatorOf(ctx), work));
  }

  private async askRemoval(ctx: ModuleContext): Promise<void> {
    const { module } = ctx.input.params;
    const { version, stops, remainders } = await this.packages.planRemoval(module);
    const name = this.nameOf(ctx, module);
    const title = ctx.text('packages.remove-title', { name });
    const model = {
      title,
      name,
      version,
      crumbs: this.crumbs(ctx, module),
      back: backOf(ctx, module),
      form: ctx.url(`${place}/remove/${module}`),
      stops: stops.map((each) => this.nameOf(ctx, each)),
      remainders: remainders.map(({ kind, names }) => ({ kind, names: names.join(', ') })),
    };
    ctx.render('package-removal', model, { title });
  }

  private remove(ctx: ModuleContext<z.output<typeof removal>>): void {
    const { module } = ctx.input.params;
    const withData = ctx.input.body.data === 'remove';
    const operation = this.operations.start('remove', module, operatorOf(ctx), (by) =>
      this.packages.remove(module, by, { withData }),
    );
    this.follows(ctx, operation);
  }

  private follows(ctx: AnyContext, { id: operation }: PackageOperation): void {
    seeOther(ctx, ctx.url(`${place}/operations/${operation}`));
  }

  private follow(ctx: OperationContext): void {
    const operation = this.operationOf(ctx);
    const { kind, module, step, failure, done } = operation;
    const name = this.nameOf(ctx, module);
    const version = done?.version ?? '';
    const state = step === undefined ? (failure === undefined ? 'done' : 'failed') : 'running';
    const title = ctx.text(`packages.${state}.${kind}`, { name, version });
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
      remainders: remainders.map(({ kind: what, names }) => ({ kind: what, names: names.join(', ') })),
      crumbs: this.crumbs(ctx),
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

  private nameOf({ access: { locale } }: AnyContext, module: string): string {
    return this.catalog.nameOf(module, locale);
  }

  private crumbs(ctx: AnyContext, module?: string): readonly Crumb[] {
    const all = { name: ctx.text('modules.title'), href: ctx.url('/configuration/modules') };
    return module === undefined ? [all] : [all, { name: this.nameOf(ctx, module), href: backOf(ctx, module) }];
  }
}

interface Crumb {
  readonly name: string;
  readonly href: string;
}

interface PlanPage {
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

function operatorOf({ access: { person } }: AnyContext): PackageOperator {
  if (!person) throw new PortalError('sign-in-required', 'Sign in to do this.', { status: 401 });
  return { by: { id: person.id, name: person.name || person.email }, via: 'screen' };
}

function addressOf(ctx: AnyContext, path: string, module: string | undefined): string {
  return ctx.url(`${place}${path}`) + (module === undefined ? '' : `?module=${encodeURIComponent(module)}`);
}

function backOf(ctx: AnyContext, module: string | undefined): string {
  return ctx.url(module === undefined ? '/configuration/modules' : `/configuration/modules/${encodeURIComponent(module)}`);
}

/** After a form: whatever the method was, the next request is a GET. */
function seeOther(ctx: AnyContext, address: string): void {
  ctx.status = 303;
  ctx.redirect(address);
}

/** Any other plan has another one. */
function hashOf(plan: ModulePlan): string {
  return createHash('sha256').update(JSON.stringify(plan)).digest('hex').slice(0, 32);
}

function refused(message: string): PortalError {
  return new PortalError('package-invalid', message, { status: 422, expose: true });
}

async function textOf(content: AsyncIterable<Buffer>, tooLarge: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of content) {
    bytes += chunk.length;
    if (bytes > maxSignatureBytes) throw refused(tooLarge);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
