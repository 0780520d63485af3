import { type HttpRoutes, inject, injectable, type Router } from '@portico/core';
import { errorAtlas } from '../services/failures/error-atlas.js';
import { FailureReport, reportedDays } from '../services/failures/failure-report.js';
import { FailureWords } from '../services/failures/failure-words.js';
import { SettingsLink } from '../services/settings/settings-link.js';
import { secondsWords } from '../services/words.js';
import { adminTabs, manageInstance } from './admin-tabs.js';

/** The error atlas: everything that can go wrong, what people read then, and what the portal does. */
@injectable()
export class AtlasRoutes implements HttpRoutes {
  readonly prefix = '/ai-creator/errors';

  constructor(
    @inject(FailureReport) private readonly report: FailureReport,
    @inject(FailureWords) private readonly failureWords: FailureWords,
    @inject(SettingsLink) private readonly settingsLink: SettingsLink,
  ) {}

  register(router: Router): void {
    router.get('/', { access: { permission: manageInstance } }, async (ctx) => {
      const { locale } = ctx.access;
      const counts = new Map((await this.report.recent()).map((count) => [count.code, count]));
      const settings = this.settingsLink.for(ctx.access);
      const failures = errorAtlas.map((row) => ({
        code: row.code,
        author: ctx.text(row.author, { time: secondsWords(60, (key, values) => ctx.text(key, values)) }),
        cause: this.failureWords.cause(row, locale),
        remedy: ctx.text(row.remedy),
        retry: this.failureWords.retry(row, locale),
        charged: ctx.text(`atlas.charged-${row.charged}`),
        breaker: row.breaker === 'unmoved' ? undefined : ctx.text(`atlas.breaker-${row.breaker}`),
        links: this.failureWords.links(row, locale, settings),
        count: counts.get(row.code)?.count,
      }));
      ctx.render('errors', { tabs: adminTabs(ctx, 'errors'), failures, days: reportedDays }, { title: ctx.text('errors.title') });
    });
  }
}
