import {
  type HttpRoutes,
  IncomingPackages,
  inject,
  injectable,
  ModulePackages,
  type ModulePlan,
  PackageOperations,
  PortalError,
  type RouteContext,
  type Router,
  z,
} from '@portico/core';
import { readAll } from '@portico/core/util';
import { permissions } from '../services/permissions.js';
import { type AnyContext, addressOf, confirmed, hashOf, operatorOf, PackagePages, place, seeOther } from './package-pages.js';

const access = { permission: permissions.packages };
const moduleQuery = z.strictObject({ module: z.string().max(100).optional() });
const incomingParams = z.strictObject({ incoming: z.string().max(50) });
const maxFileBytes = 64 * 1024 * 1024;
const maxSignatureBytes = 4096;

type Query = z.output<typeof moduleQuery>;
type IncomingContext<B = unknown> = RouteContext<z.output<typeof incomingParams>, Query, B>;

/**
 * Installing and updating modules: a file, its plan, one question, and what came of it. The file is sent once and waits on the
 * server; the change itself goes on without the request, because it may stop whatever lives on the module.
 */
@injectable()
export class PackageRoutes implements HttpRoutes {
  readonly prefix = place;
  /** Plans of what waits, as long as the same modules are installed. */
  private readonly plans = new Map<string, { readonly installed: string; readonly plan: ModulePlan }>();
  /** What came of files that are gone because they were installed: somebody may go back to the page. */
  private readonly done = new Map<string, { readonly sender: string; readonly plan: ModulePlan }>();

  constructor(
    @inject(ModulePackages) private readonly packages: ModulePackages,
    @inject(IncomingPackages) private readonly incoming: IncomingPackages,
    @inject(PackageOperations) private readonly operations: PackageOperations,
    @inject(PackagePages) private readonly pages: PackagePages,
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
  }

  private form(ctx: AnyContext, module: string | undefined, error?: string, status = 200): void {
    const name = module === undefined ? undefined : this.pages.nameOf(ctx, module);
    const title = name === undefined ? ctx.text('packages.install-title') : ctx.text('packages.update-title', { name });
    const model = {
      title,
      module,
      error,
      crumbs: this.pages.crumbs(ctx, module),
      back: this.pages.backOf(ctx, module),
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
        if (part.name === 'signature' && received !== undefined) {
          const tooLarge = (): PortalError => refused(ctx.text('packages.signature-too-large'));
          this.incoming.sign(sender, received, await readAll(part.content, maxSignatureBytes, tooLarge));
        } else if (part.name === 'package' && received === undefined) {
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
    keep(this.plans, incoming, { installed, plan });
    return plan;
  }

  private async show(ctx: IncomingContext, warning?: string): Promise<void> {
    const { incoming } = ctx.input.params;
    const { module } = ctx.input.query;
    const sender = operatorOf(ctx).by.id;
    const file = this.incoming.find(sender, incoming);
    if (!file) {
      this.form(ctx, module, this.goneText(ctx, sender, incoming), 410);
      return;
    }
    const plan = await this.planOf(sender, incoming);
    const isOther = module !== undefined && plan.id !== module;
    const other = isOther ? ctx.text('packages.other-module', { id: plan.id, wanted: module }) : undefined;
    const { former } = (await this.packages.installed()).find((each) => each.id === plan.id) ?? {};
    this.pages.renderPlan(ctx, plan, {
      warning,
      problems: other === undefined ? [] : [other],
      file: file.name,
      form: addressOf(ctx, `/incoming/${incoming}`, module),
      discard: addressOf(ctx, `/incoming/${incoming}/discard`, module),
      back: this.pages.backOf(ctx, module),
      rollback: plan.problems.length > 0 && former ? ctx.url(`${place}/rollback/${plan.id}`) : undefined,
      status: warning === undefined ? 200 : 409,
      crumbs: [
        ...this.pages.crumbs(ctx, module),
        { name: ctx.text('packages.another-file'), href: addressOf(ctx, '/new', module) },
      ],
    });
  }

  private goneText(ctx: AnyContext, sender: string, incoming: string): string {
    const done = this.done.get(incoming);
    if (done?.sender !== sender) return ctx.text('packages.expired');
    return ctx.text('packages.brought', { name: this.pages.nameIn(ctx, done.plan), version: done.plan.version });
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
      keep(this.done, incoming, { sender, plan: done });
      await this.incoming.discard(sender, incoming);
      return done;
    });
    this.pages.follow(ctx, operation);
  }

  private async discard(ctx: IncomingContext): Promise<void> {
    await this.incoming.discard(operatorOf(ctx).by.id, ctx.input.params.incoming);
    seeOther(ctx, this.pages.backOf(ctx, ctx.input.query.module));
  }
}

function refused(message: string): PortalError {
  return new PortalError('package-invalid', message, { status: 422, expose: true });
}

/** Of the oldest no more than some stay. */
function keep<T>(entries: Map<string, T>, key: string, value: T): void {
  for (const old of [...entries.keys()].slice(0, Math.max(0, entries.size - 20))) entries.delete(old);
  entries.set(key, value);
}
