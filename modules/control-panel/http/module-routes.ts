import {
  AuditLog,
  type HttpRoutes,
  inject,
  injectable,
  Log,
  MessageCatalog,
  type ModuleActivity,
  ModulePackages,
  type ModuleStatus,
  Modules,
  notFound,
  PortalError,
  type RouteContext,
  type Router,
  UnitOfWork,
  z,
} from '@portico/core';
import { ContributionNames } from '../services/contribution-names.js';
import { type ModuleAction, moduleActions } from '../services/module-actions.js';
import { ModuleChanges } from '../services/module-changes.js';
import { keptModel, oldCodeSentence, packageModel } from '../services/package-model.js';
import { permissions } from '../services/permissions.js';

const access = { permission: permissions.modules };
const params = z.strictObject({ id: z.string().max(100) });
const actionParams = z.strictObject({ id: z.string().max(100), action: z.enum(['start', 'stop', 'enable', 'disable']) });
const changeBody = z.strictObject({
  kind: z.enum(['service', 'view']),
  subject: z.string().max(300),
  switch: z.enum(['on', 'off']),
});
type Params = z.output<typeof params>;
type ChangeBody = z.output<typeof changeBody>;
type ActionParams = z.output<typeof actionParams>;

/** The Modules screen. */
@injectable()
export class ModuleRoutes implements HttpRoutes {
  readonly prefix = '/configuration/modules';

  constructor(
    @inject(Modules) private readonly modules: Modules,
    @inject(Log) private readonly log: Log,
    @inject(MessageCatalog) private readonly catalog: MessageCatalog,
    @inject(ModulePackages) private readonly packages: ModulePackages,
    @inject(ContributionNames) private readonly names: ContributionNames,
    @inject(ModuleChanges) private readonly changes: ModuleChanges,
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(AuditLog) private readonly audit: AuditLog,
  ) {}

  register(router: Router): void {
    router.get('/', { access }, (ctx) => this.list(ctx));
    router.get('/:id', { access, params }, (ctx: RouteContext<Params>) => this.show(ctx));
    router.post('/:id/changes', { access, params, body: changeBody }, (ctx: RouteContext<Params, unknown, ChangeBody>) =>
      this.change(ctx),
    );
    router.get('/:id/:action', { access, params: actionParams }, (ctx: RouteContext<ActionParams>) => this.ask(ctx));
    router.post('/:id/:action', { access, params: actionParams }, (ctx: RouteContext<ActionParams>) => this.act(ctx));
  }

  private async list(ctx: RouteContext): Promise<void> {
    const title = ctx.text('modules.title');
    const modules = this.modules.list().map((status) => this.model(ctx, status));
    const { safeMode } = this.modules;
    const install = ctx.access.can(permissions.packages) ? ctx.url('/configuration/packages/new') : undefined;
    const oldCode = oldCodeSentence(ctx, this.packages.replacedCode());
    const installed = await this.packages.installed();
    const unreadable = this.modules.unreadable().map(({ id, message }) => {
      const packaged = installed.find((each) => each.id === id);
      return { message, actions: packaged && packageModel(ctx, packaged, this.nameOf(ctx, packaged.id)).actions };
    });
    const kept = install === undefined ? [] : (await this.packages.kept()).map((plan) => keptModel(ctx, plan));
    ctx.render('modules', { title, modules, safeMode, install, oldCode, unreadable, kept }, { title });
  }

  private async show(ctx: RouteContext<Params>): Promise<void> {
    const module = this.model(ctx, this.find(ctx.input.params.id));
    const unreadable = this.modules.unreadable().filter(({ id }) => id === module.id);
    const installed = (await this.packages.installed()).find(({ id }) => id === module.id);
    const packaged = installed && packageModel(ctx, installed, module.name);
    const contributes = this.names.contributedBy(module.id, module.contributes, ctx.access.locale);
    const changes = this.changes.madeBy(module.id, ctx.access);
    const changedBy = this.changes.madeTo(module.id, ctx.access);
    ctx.render('module', { ...module, contributes, changes, changedBy, packaged, unreadable }, { title: module.name });
  }

  private async change(ctx: RouteContext<Params, unknown, ChangeBody>): Promise<void> {
    const { params: given, body } = ctx.input;
    const { id } = this.find(given.id);
    const isOn = body.switch === 'on';
    const { state } = await this.changes.switch(id, body.kind, body.subject, isOn, ctx.access);
    this.log.info('A change of a module to another was switched.', {
      module: id,
      subject: body.subject,
      isOn,
      by: ctx.access.person?.id,
    });
    const isAsWanted = isOn === (state === 'in-force');
    const sentence = ctx.text('changes.now', { subject: body.subject, state: ctx.text(`changes.state.${state}`) });
    ctx.redirectWith(`/configuration/modules/${id}`, sentence, isAsWanted ? 'success' : 'warning');
  }

  private ask(ctx: RouteContext<ActionParams>): void {
    const { id, action } = ctx.input.params;
    const status = this.find(id);
    this.checkAllowed(status, action);
    const name = this.nameOf(ctx, id);
    const title = ctx.text(`modules.${action}-question`, { name });
    const model = {
      title,
      id,
      action,
      text: ctx.text(`modules.${action}-text`),
      label: ctx.text(`modules.${action}`),
      dependents:
        action === 'stop' || action === 'disable'
          ? this.modules.dependentsOf(id).map((each) => ({ id: each, name: this.nameOf(ctx, each) }))
          : [],
      fragment: ctx.get('X-Portico-Fragment') === '1',
    };
    ctx.render('module-question', model, { title, layout: model.fragment ? 'none' : 'page' });
  }

  private async act(ctx: RouteContext<ActionParams>): Promise<void> {
    const { id, action } = ctx.input.params;
    this.checkAllowed(this.find(id), action);
    const status = await this.modules[action](id);
    // What is enabled or disabled stands in a table, whose transaction tells of it.
    const done = action === 'start' ? 'started' : action === 'stop' ? 'stopped' : undefined;
    if (done)
      await this.unitOfWork.write((transaction) =>
        this.audit.record(transaction, { area: 'modules', subject: id, scope: 'instance', action: done }),
      );
    this.log.info('A module was changed by hand.', { module: id, action, state: status.state, by: ctx.access.person?.id });
    const wanted = action === 'start' || action === 'enable' ? 'active' : action === 'disable' ? 'disabled' : undefined;
    const kind = wanted === undefined || status.state === wanted ? 'success' : 'warning';
    const sentence = ctx.text('modules.now', { name: this.nameOf(ctx, id), state: ctx.text(`modules.state.${status.state}`) });
    ctx.redirectWith(`/configuration/modules/${id}`, [sentence, ...status.reasons.slice(0, 1)].join(' '), kind);
  }

  private nameOf({ access: { locale } }: Pick<RouteContext, 'access'>, id: string): string {
    return this.catalog.nameOf(id, locale);
  }

  private find(id: string): ModuleStatus {
    const status = this.modules.status(id);
    if (!status) throw notFound('module');
    return status;
  }

  private checkAllowed(status: ModuleStatus, action: ModuleAction): void {
    if (moduleActions(status, this.modules).includes(action)) return;
    throw new PortalError(
      'module-action-refused',
      `The module ${status.id} is ${status.state}; to ${action} it is not possible from this screen.`,
      {
        status: 409,
      },
    );
  }

  private model(ctx: Pick<RouteContext, 'text' | 'access'>, status: ModuleStatus): ModuleModel {
    const {
      id,
      version,
      description,
      state,
      reasons,
      failure,
      contributionErrors,
      deprecations,
      requires,
      provides,
      hosts,
      contributes,
      startMillis,
      lastCrash,
      leftOut,
    } = status;
    const name = this.nameOf(ctx, id);
    return {
      id,
      name,
      version,
      description,
      state,
      stateLabel: ctx.text(`modules.state.${state}`),
      stateKind:
        state === 'active'
          ? 'success'
          : state === 'failed' || state === 'unresolved'
            ? 'danger'
            : state === 'disabled'
              ? 'secondary'
              : 'warning',
      reasons,
      failure: failure && ctx.text('modules.failure', { phase: failure.phase, message: failure.message }),
      contributionErrors,
      deprecations,
      requires,
      provides,
      hosts,
      contributes,
      startMillis: startMillis === undefined ? undefined : Math.round(startMillis),
      lastCrash: leftOut === 'crashes' ? undefined : lastCrash?.message,
      ...activityModel(ctx, this.modules.activity(id)),
      actions: moduleActions(status, this.modules).map((action) => ({
        action,
        label: ctx.text(`modules.${action}`),
        name: ctx.text('modules.action-name', { action: ctx.text(`modules.${action}`), name }),
        asks: action === 'stop' || action === 'disable',
      })),
    };
  }
}

/** What it has done so far, in words; undefined where there is nothing to say. */
interface ActivityModel {
  readonly time?: string;
  readonly memory?: string;
  readonly grown?: string;
  readonly errors: number;
  readonly lastError?: string;
  readonly longTurns?: string;
  readonly openRequests: number;
}

function activityModel(ctx: Pick<RouteContext, 'text' | 'access'>, activity: ModuleActivity | undefined): ActivityModel {
  if (activity === undefined) return { errors: 0, openRequests: 0 };
  const { turns, turnMillis, longTurns, longestTurnMillis, errors, lastError, openRequests, memory } = activity;
  const number = new Intl.NumberFormat(ctx.access.locale, { maximumFractionDigits: 1 });
  const megabytes = (bytes: number): string => ctx.text('modules.megabytes', { size: number.format(bytes / (1024 * 1024)) });
  return {
    errors,
    lastError,
    openRequests,
    ...(turns > 0 && {
      time: ctx.text('modules.time-value', { seconds: number.format(turnMillis / 1000), turns: number.format(turns) }),
    }),
    ...(longTurns > 0 && {
      longTurns: ctx.text('modules.long-turns-value', { count: longTurns, seconds: number.format(longestTurnMillis / 1000) }),
    }),
    ...(memory && {
      memory: megabytes(memory.bytes),
      grown: ctx.text('modules.grown-value', { size: megabytes(memory.grownBytes) }),
    }),
  };
}

interface ModuleModel
  extends Omit<ModuleStatus, 'keepsSecrets' | 'failure' | 'decorates' | 'decorated' | 'lastCrash' | 'leftOut'>,
    ActivityModel {
  readonly lastCrash: string | undefined;
  /** What people call it. */
  readonly name: string;
  readonly stateLabel: string;
  readonly stateKind: 'success' | 'danger' | 'warning' | 'secondary';
  readonly failure: string | undefined;
  readonly actions: readonly {
    readonly action: ModuleAction;
    readonly label: string;
    readonly name: string;
    readonly asks: boolean;
  }[];
}
