import {
  type HttpRoutes,
  inject,
  injectable,
  type Permission,
  PortalError,
  type RouteContext,
  type Router,
  z,
} from '@portico/core';
import type { MailState, QueuedMail } from '../entities/queued-mail.js';
import { MailQueue } from '../services/mail-queue.js';
import { MailServer } from '../services/mail-settings.js';

export const manageMail: Permission = {
  id: 'mail.manage-mail',
  label: 'permission.manage-mail',
  scope: 'instance',
  defaultRoles: ['Operator'],
};
const access = { permission: manageMail.id };
const home = '/mail';
const query = z.strictObject({ show: z.enum(['open', 'sent']).default('open'), before: z.uuid().optional() });
const params = z.strictObject({ id: z.uuid() });
const perPage = 50;
const statesOf: Readonly<Record<'open' | 'sent', readonly MailState[]>> = {
  open: ['waiting', 'sending', 'failed'],
  sent: ['sent'],
};
const pills: Readonly<Record<MailState, string>> = { waiting: '', sending: 'blue', sent: 'green', failed: 'red' };

/** Control Panel > Mail: what waits and what has failed, why, and a button to try again. The text of a mail is shown to nobody. */
@injectable()
export class MailRoutes implements HttpRoutes {
  readonly prefix = home;

  constructor(
    @inject(MailQueue) private readonly queue: MailQueue,
    @inject(MailServer) private readonly server: MailServer,
  ) {}

  register(router: Router): void {
    router.get('/', { access, query }, (ctx: RouteContext<unknown, z.output<typeof query>>) => this.show(ctx, ctx.input.query));

    router.post('/:id/retry', { access, params }, async (ctx) => {
      try {
        await this.queue.retry(ctx.input.params.id);
        ctx.redirectWith(home, ctx.text('mails.tried-again'));
      } catch (error) {
        if (!(error instanceof PortalError) || error.code !== 'mail-ended') throw error;
        ctx.redirectWith(home, error.message, 'warning');
      }
    });
  }

  private async show(ctx: RouteContext, { show, before }: z.output<typeof query>): Promise<void> {
    const mails = await this.queue.list(statesOf[show], perPage + 1, before);
    const last = mails.length > perPage ? mails[perPage - 1] : undefined;
    const model = {
      isSent: show === 'sent',
      isSet: this.server.isSet,
      mails: mails.slice(0, perPage).map((mail) => this.row(ctx, mail)),
      ...(last && { next: ctx.url(`${home}?show=${show}&before=${last.id}`) }),
      ...(before !== undefined && { previous: ctx.url(`${home}?show=${show}`) }),
    };
    ctx.render('mails', model, { title: ctx.text('mails.title') });
  }

  private row(
    ctx: RouteContext,
    { id, recipient, subject, state, attempts, createdAt, nextTryAt, fault, answer, body }: QueuedMail,
  ): object {
    const { host } = this.server.inForce();
    return {
      id,
      recipient,
      subject,
      state: ctx.text(`state.${state}`),
      pill: pills[state],
      attempts: ctx.text('mails.attempts', { attempts }),
      created: new Date(Number(createdAt)),
      ...(state === 'waiting' && attempts > 0 && { next: new Date(Number(nextTryAt)) }),
      ...(fault !== null && { fault: ctx.text(`fault.${fault}`, { host, place: host }) }),
      answer,
      mayRetry: body !== null && (state === 'failed' || (state === 'waiting' && attempts > 0)),
      retryName: ctx.text('mails.retry-name', { recipient }),
    };
  }
}
