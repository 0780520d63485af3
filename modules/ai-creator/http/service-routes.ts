import { ProviderError } from '@portico/ai-providers/api';
import { UsageTabs } from '@portico/ai-usage/api';
import {
  type AccessContext,
  AuditLog,
  type HttpRoutes,
  inject,
  injectable,
  Messages,
  type RouteContext,
  type Router,
  SiteDirectory,
} from '@portico/core';
import type { Breaker } from '../entities/breaker.js';
import { CircuitBreaker } from '../services/failures/circuit-breaker.js';
import { errorCatalogEntry } from '../services/failures/error-catalog.js';
import {
  type Failure,
  type FailureExplanation,
  type FailureLink,
  FailureMessages,
} from '../services/failures/failure-messages.js';
import { FailureReport, reportedDays } from '../services/failures/failure-report.js';
import { RateLimitBackoff } from '../services/failures/rate-limit-backoff.js';
import { ModelMonitor } from '../services/models/model-monitor.js';
import { ModelNotices } from '../services/notices/model-notices.js';
import { ImageProviderClient } from '../services/provider/image-provider-client.js';
import { idParams, type ModelListQuery, modelListQuery } from './input.js';
import { manageInstance } from './permissions.js';

/** Keys with which nothing is sent now, in the words of administrators. */
@injectable()
class KeyStates {
  constructor(
    @inject(CircuitBreaker) private readonly breaker: CircuitBreaker,
    @inject(RateLimitBackoff) private readonly backoff: RateLimitBackoff,
    @inject(SiteDirectory) private readonly sites: SiteDirectory,
    @inject(Messages) private readonly messages: Messages,
    @inject(AuditLog) private readonly audit: AuditLog,
  ) {}

  /** Lets requests with a key out again. */
  close(id: string): Promise<void> {
    const entry = { area: 'ai-creator', subject: 'breaker', attribute: id, scope: 'instance', action: 'closed' };
    return this.breaker.close(id, (transaction) => this.audit.record(transaction, entry));
  }

  /** Those whose account refuses. */
  open({ locale }: AccessContext): readonly (Breaker & { readonly title: string; readonly failure: Failure })[] {
    return this.breaker.all().map((breaker) => ({
      ...breaker,
      title: this.messages.text('service.breaker', { scope: this.nameOf(breaker.keyScope, locale) }, locale),
      failure: this.breaker.failureOf(breaker),
    }));
  }

  /** Those whose service asked for patience, and until when (ISO 8601). */
  paused({ locale }: AccessContext): readonly { readonly text: string; readonly until: string }[] {
    return this.backoff.all().map(({ keyScope, until }) => ({
      text: this.messages.text('service.paused', { scope: this.nameOf(keyScope, locale) }, locale),
      until,
    }));
  }

  private nameOf(keyScope: string, locale: string): string {
    if (keyScope === 'instance') return this.messages.text('service.instance', {}, locale);
    return this.sites.byId(keyScope)?.name ?? keyScope;
  }
}

const place = '/ai-creator/service';
const modelsPerPage = 20;
/** A link to the page on which one is leads nowhere. */
const elsewhere = ({ href }: FailureLink): boolean => href !== place;

/** The image service: its models, and whether it refuses. */
@injectable()
export class ServiceRoutes implements HttpRoutes {
  readonly prefix = place;

  constructor(
    @inject(ModelMonitor) private readonly watch: ModelMonitor,
    @inject(ModelNotices) private readonly notices: ModelNotices,
    @inject(ImageProviderClient) private readonly client: ImageProviderClient,
    @inject(FailureReport) private readonly report: FailureReport,
    @inject(FailureMessages) private readonly failureMessages: FailureMessages,
    @inject(KeyStates) private readonly keys: KeyStates,
    @inject(UsageTabs) private readonly tabs: UsageTabs,
  ) {}

  register(router: Router): void {
    const access = { permission: manageInstance };
    router.get('/', { access, query: modelListQuery }, (ctx) => this.show(ctx, this.models(ctx, ctx.input.query)));

    router.post('/refresh', { access }, async (ctx) => {
      try {
        const asked = await this.watch.refresh();
        ctx.redirectWith(place, ctx.text(asked ? 'service.refreshed' : 'service.not-asked'), asked ? 'success' : 'warning');
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        ctx.redirectWith(
          place,
          `${error.message} ${ctx.text(errorCatalogEntry(error.code)?.remedy ?? 'errors.title')}`,
          'danger',
        );
      }
    });

    router.post('/breakers/:id/close', { access, params: idParams }, async (ctx) => {
      await this.keys.close(ctx.input.params.id);
      ctx.redirectWith(place, ctx.text('service.closed'));
    });
  }

  /** Who is asked, and where. */
  private provider(ctx: RouteContext<unknown, unknown, unknown>): string {
    const { provider } = this.client;
    if (!provider) return ctx.text('service.nobody');
    const { name, place, needsKey, takesKey = true } = provider;
    const key = needsKey ? 'needed' : takesKey ? 'optional' : 'unused';
    const who = place === undefined ? ctx.text('service.provider', { name }) : ctx.text('service.provider-at', { name, place });
    return `${who} ${ctx.text(`service.key-${key}`)}`;
  }

  /** That nobody says where the service is, and what holds it. */
  private noPlace(ctx: RouteContext<unknown, unknown, unknown>): string | undefined {
    const { provider } = this.client;
    if (!provider?.needsAddress || provider.place !== undefined) return undefined;
    const variable = provider.address?.setBy ?? ctx.text('remedy-address.variable');
    return ctx.text('service.no-place', { provider: provider.name, variable });
  }

  /** A page of the models whose name holds what is searched; a gateway may have thousands. */
  private models(ctx: RouteContext<unknown, unknown, unknown>, { q = '', page = 1 }: ModelListQuery): object {
    const all = this.watch.all();
    const found = all.filter(({ name }) => name.toLowerCase().includes(q.toLowerCase()));
    const last = Math.max(1, Math.ceil(found.length / modelsPerPage));
    const shown = Math.min(page, last);
    const start = (shown - 1) * modelsPerPage;
    const link = (to: number): string =>
      ctx.url(`${place}?${new URLSearchParams({ ...(q && { q }), page: String(to) })}#service-models`);
    const models = found.slice(start, start + modelsPerPage);
    return {
      query: q,
      hasMany: all.length > modelsPerPage,
      count: ctx.text('service.model-count', {
        from: Math.min(start + 1, found.length),
        to: start + models.length,
        total: found.length,
      }),
      models: models.map((model) => ({ ...model })),
      previous: shown > 1 ? link(shown - 1) : undefined,
      next: shown < last ? link(shown + 1) : undefined,
    };
  }

  private async show(ctx: RouteContext<unknown, unknown, unknown>, models: object): Promise<void> {
    ctx.render(
      'service',
      {
        tabs: this.tabs.of(ctx, this.prefix),
        provider: this.provider(ctx),
        noPlace: this.noPlace(ctx),
        breakers: this.keys.open(ctx.access).map(({ failure, ...breaker }) => ({
          ...breaker,
          explanation: this.explain(ctx, failure),
        })),
        days: reportedDays,
        failures: (await this.report.recent()).map((count) => ({
          ...count,
          explanation: this.explain(ctx, { ...count.example, errorCode: count.code }),
        })),
        pauses: this.keys.paused(ctx.access),
        notices: this.notices.notices(ctx.access),
        ...models,
        checkedAt: this.watch.checkedAt,
        used: this.watch.choose(ctx.access.scope).model,
        isModelMissing: this.watch.needsName && this.watch.choose(ctx.access.scope).model === '',
      },
      { title: ctx.text('service.title') },
    );
  }

  private explain(ctx: RouteContext<unknown, unknown, unknown>, failure: Failure): FailureExplanation | undefined {
    const explanation = this.failureMessages.for(ctx.access, failure);
    return explanation && { ...explanation, links: explanation.links.filter(elsewhere) };
  }
}
