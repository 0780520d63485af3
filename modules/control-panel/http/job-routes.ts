import {
  type HttpRoutes,
  inject,
  injectable,
  Jobs,
  type JobView,
  jobStates,
  MessageCatalog,
  notFound,
  type RouteContext,
  type Router,
  z,
} from '@portico/core';
import { permissions } from '../services/permissions.js';

const access = 'signed-in';
const params = z.strictObject({ id: z.uuid() });
const time = z.iso.datetime().nullable();
const answer = z.strictObject({
  id: z.uuid(),
  kind: z.string(),
  name: z.string(),
  state: z.enum(jobStates),
  text: z.string(),
  done: z.int(),
  total: z.int(),
  message: z.string().nullable(),
  createdAt: z.iso.datetime(),
  startedAt: time,
  endedAt: time,
});
const place = '/jobs';

type OfJob = RouteContext<z.output<typeof params>>;

/** Long work: those who began it follow it, leave it and find it again; administrators see all of it. */
@injectable()
export class JobRoutes implements HttpRoutes {
  readonly prefix = place;

  constructor(
    @inject(Jobs) private readonly jobs: Jobs,
    @inject(MessageCatalog) private readonly messages: MessageCatalog,
  ) {}

  register(router: Router): void {
    router.get('/', { access }, (ctx) => this.list(ctx, ctx.session?.person.id));
    router.get('/all', { access: { permission: permissions.jobs } }, (ctx) => this.list(ctx));
    router.get('/:id/state', { access, params, answers: 'json', answer }, async (ctx) => {
      ctx.body = this.facts(ctx, await this.find(ctx));
    });
    router.get('/:id', { access, params, answer }, async (ctx) => {
      const job = await this.find(ctx);
      if (ctx.accepts('html', 'json') === 'json') ctx.body = this.facts(ctx, job);
      else this.show(ctx, job);
    });
    router.post('/:id/cancel', { access, params }, async (ctx) => {
      const { id } = await this.find(ctx);
      await this.jobs.cancel(id);
      ctx.redirectWith(`${place}/${id}`, ctx.text('jobs.cancelling'));
    });
  }

  /** One that somebody else began is not there, but for those who see all. */
  private async find(ctx: OfJob): Promise<JobView> {
    const job = await this.jobs.find(ctx.input.params.id);
    if (!job || (job.by.id !== ctx.session?.person.id && !ctx.access.can(permissions.jobs))) throw notFound('job');
    return job;
  }

  private async list(ctx: RouteContext, by?: string): Promise<void> {
    const jobs = await this.jobs.list(by);
    const title = ctx.text(by === undefined ? 'jobs.all' : 'jobs.mine');
    const model = {
      title,
      isAll: by === undefined,
      maySeeAll: ctx.access.can(permissions.jobs),
      jobs: jobs.map((job) => ({ ...this.row(ctx, job), href: ctx.url(`${place}/${job.id}`) })),
    };
    ctx.render('jobs', model, { title });
  }

  private show(ctx: RouteContext, job: JobView): void {
    const row = this.row(ctx, job);
    const model = {
      ...row,
      id: job.id,
      isOpen: job.state === 'queued' || job.state === 'running',
      isFailed: job.state === 'failed',
      message: job.message,
      canCancel: job.canCancel,
      result: job.state === 'succeeded' && job.href !== undefined ? ctx.url(job.href) : undefined,
      stateAddress: ctx.url(`${place}/${job.id}/state`),
      isOwn: job.by.id === ctx.session?.person.id,
    };
    ctx.render('job', model, { title: row.name });
  }

  private row(ctx: RouteContext, job: JobView) {
    const { done, total, createdAt, by } = job;
    return {
      name: this.nameOf(ctx, job),
      text: textOf(ctx, job),
      state: job.state,
      done: Math.min(done, total),
      total,
      by: by.name,
      when: ctx.text('jobs.begun', { at: createdAt }),
    };
  }

  private facts(ctx: RouteContext, job: JobView): z.output<typeof answer> {
    const { id, kind, state, done, total, message, createdAt, startedAt, endedAt } = job;
    return {
      id,
      kind,
      name: this.nameOf(ctx, job),
      state,
      text: textOf(ctx, job),
      done,
      total,
      message: message ?? null,
      createdAt: createdAt.toISOString(),
      startedAt: startedAt?.toISOString() ?? null,
      endedAt: endedAt?.toISOString() ?? null,
    };
  }

  private nameOf({ access: { locale } }: RouteContext, { label, kind, title }: JobView): string {
    return label ? this.messages.for(label.module).text(label.key, label.values, locale) : `${kind}: ${title}`;
  }
}

function textOf(ctx: RouteContext, { state, isCancelling, done, total }: JobView): string {
  if (isCancelling) return ctx.text('jobs.cancelling');
  if (state === 'running' && total > 0) return ctx.text('jobs.running-of', { done: Math.min(done, total), total });
  return ctx.text(`jobs.${state}`);
}
