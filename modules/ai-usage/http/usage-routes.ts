import { type HttpRoutes, inject, injectable, type Router } from '@portico/core';
import { manageInstance, manageSite } from '../services/access.js';
import { UsagePages, usageQuery } from './usage-pages.js';

/** What the whole instance used. */
@injectable()
export class InstanceUsageRoutes implements HttpRoutes {
  readonly prefix = '/ai-creator';
  constructor(@inject(UsagePages) private readonly pages: UsagePages) {}

  register(router: Router): void {
    router.get('/usage', { access: { permission: manageInstance }, query: usageQuery }, (ctx) => this.pages.show(ctx));
    router.get('/usage.csv', { access: { permission: manageInstance }, query: usageQuery }, (ctx) => this.pages.csv(ctx));
  }
}

/** What one site used. */
@injectable()
export class SiteUsageRoutes implements HttpRoutes {
  readonly prefix = '~/ai-creator';
  constructor(@inject(UsagePages) private readonly pages: UsagePages) {}

  register(router: Router): void {
    router.get('/usage', { access: { permission: manageSite }, query: usageQuery }, (ctx) => this.pages.show(ctx));
    router.get('/usage.csv', { access: { permission: manageSite }, query: usageQuery }, (ctx) => this.pages.csv(ctx));
  }
}
