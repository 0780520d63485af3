import {
  type AccessContext,
  type HttpRoutes,
  inject,
  injectable,
  type MenuBadge,
  type MenuItem,
  MessageCatalog,
  Messages,
  type RouteContext,
  type Router,
} from '@portico/core';
import { FirstStepList } from '../services/first-step-list.js';
import { permissions } from '../services/permissions.js';

const place = '/first-steps';

/** Control Panel > First Steps: what is left to be done in a new portal. It is gone with the last of them. */
@injectable()
export class FirstStepsRoutes implements HttpRoutes {
  readonly prefix = place;

  constructor(
    @inject(FirstStepList) private readonly list: FirstStepList,
    @inject(MessageCatalog) private readonly catalog: MessageCatalog,
  ) {}

  register(router: Router): void {
    const access = { permission: permissions.firstSteps };
    router.get('/', { access }, (ctx) => this.show(ctx));
    router.post('/put-away', { access }, async (ctx) => {
      await this.list.put(true);
      ctx.redirectWith('/configuration/instance-settings', ctx.text('first-steps.put-away-done'));
    });
  }

  private show(ctx: RouteContext): void {
    const { locale } = ctx.access;
    const { left, total } = this.list.of(ctx.access);
    const steps = left.map(({ module, value: { label, text, action, href } }, index) => {
      const messages = this.catalog.for(module);
      const [title, sentence, link] = [label, text, action].map((key) => messages.text(key, undefined, locale));
      return { number: index + 1, isFirst: index === 0, title, sentence, link, href };
    });
    const done = total - left.length;
    const model = { steps, done, total, progress: ctx.text('first-steps.progress', { done, total }) };
    ctx.render('first-steps', model, { title: ctx.text('first-steps.title') });
  }
}

/** The entry of the Control Panel, with how much is left. */
@injectable()
export class FirstStepsMenuItem implements MenuItem {
  readonly label = 'first-steps.title';
  readonly href = place;
  readonly menu = 'control-panel';
  readonly category = 'configuration';
  readonly icon = 'check-circle';

  constructor(
    @inject(FirstStepList) private readonly list: FirstStepList,
    @inject(Messages) private readonly messages: Messages,
  ) {}

  badge(access: AccessContext): MenuBadge | undefined {
    const count = this.list.of(access).left.length;
    if (count === 0) return undefined;
    return { text: String(count), label: this.messages.text('first-steps.left', { count }, access.locale), kind: 'info' };
  }
}
