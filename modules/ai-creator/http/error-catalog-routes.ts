import { UsageTabs } from '@portico/ai-usage/api';
import { type HttpRoutes, inject, injectable, type Router } from '@portico/core';
import { errorCatalog } from '../services/failures/error-catalog.js';
import { FailureMessages } from '../services/failures/failure-messages.js';
import { FailureReport, reportedDays } from '../services/failures/failure-report.js';
import { SettingsLink } from '../services/settings/settings-link.js';
import { formatSeconds } from '../services/translator.js';
import { manageInstance } from './permissions.js';

/** The error catalog: everything that can go wrong, what people read then, and what the portal does. */
@injectable()
export class ErrorCatalogRoutes implements HttpRoutes {
  readonly prefix = '/ai-creator/errors';

  constructor(
    @inject(FailureReport) private readonly report: FailureReport,
    @inject(FailureMessages) private readonly failureMessages: FailureMessages,
    @inject(SettingsLink) private readonly settingsLink: SettingsLink,
    @inject(UsageTabs) private readonly tabs: UsageTabs,
  ) {}

  register(router: Router): void {
    router.get('/', { access: { permission: manageInstance } }, async (ctx) => {
      const { locale } = ctx.access;
      const counts = new Map((await this.report.recent()).map((count) => [count.code, count]));
      const settings = this.settingsLink.for(ctx.access);
      const failures = errorCatalog.map((row) => ({
        code: row.code,
        author: ctx.text(row.author, { time: formatSeconds(60, (key, values) => ctx.text(key, values)) }),
        cause: this.failureMessages.cause(row, locale),
        remedy: this.failureMessages.remedy(row, locale),
        retry: this.failureMessages.retry(row, locale),
        charged: ctx.text(`error-catalog.charged-${row.charged}`),
        breaker: row.breaker === 'unmoved' ? undefined : ctx.text(`error-catalog.breaker-${row.breaker}`),
        links: this.failureMessages.links(row, locale, settings),
        count: counts.get(row.code)?.count,
      }));
      ctx.render(
        'errors',
        { tabs: this.tabs.of(ctx, this.prefix), failures, days: reportedDays },
        { title: ctx.text('errors.title') },
      );
    });
  }
}
