import { type HttpRoutes, inject, injectable, notFound, PortalError, type RouteContext, type Router, z } from '@portico/core';
import { textStream } from '@portico/core/util';
import type { Account } from '../api/index.js';
import { AccountRepository } from '../services/account-repository.js';
import { managePeople } from '../services/identity-permissions.js';
import { PeopleAdministration } from '../services/people-administration.js';
import { PeopleLifecycle } from '../services/people-lifecycle.js';
import { idParams } from './input.js';

const access = { permission: managePeople } as const;
const params = idParams;
const home = '/identity/users';
/** What hurts asks for the email address of the person. */
const typed = z.string().max(1000);
const typedForm = z.strictObject({ email: typed });
const mergeForm = z.strictObject({ email: typed, confirmed: typed.optional() });

type OfPerson = RouteContext<{ id: string }>;

/** Accounts that get another address, are exported, merged and deleted by administrators. */
@injectable()
export class PersonLifecycleRoutes implements HttpRoutes {
  readonly prefix = home;

  constructor(
    @inject(PeopleAdministration) private readonly administration: PeopleAdministration,
    @inject(PeopleLifecycle) private readonly lifecycle: PeopleLifecycle,
    @inject(AccountRepository) private readonly accounts: AccountRepository,
  ) {}

  register(router: Router): void {
    router.get('/:id/email', { access, params }, (ctx) => this.showEmail(ctx, this.target(ctx)));
    router.post('/:id/email', { access, params, body: typedForm }, async (ctx) => {
      const account = this.target(ctx);
      try {
        await this.administration.changeEmail(ctx.access, account.id, ctx.input.body.email);
        ctx.redirectWith(`${home}/${account.id}`, ctx.text('person.saved'));
      } catch (error) {
        this.showEmail(ctx, account, { email: ctx.input.body.email, error: refusal(error) });
      }
    });

    router.post('/:id/export', { access, params }, async (ctx) => {
      const account = this.target(ctx, { mayBeSelf: true });
      await sendExport(ctx, this.lifecycle, account);
    });

    router.get('/:id/delete', { access, params }, (ctx) => this.showDeletion(ctx, this.target(ctx)));
    router.post('/:id/delete', { access, params, body: typedForm }, async (ctx) => {
      const account = this.target(ctx);
      const { email } = ctx.input.body;
      if (this.accounts.byEmail(email)?.id !== account.id)
        return this.showDeletion(ctx, account, email, ctx.text('person.type-email-wrong'), 400);
      try {
        await this.lifecycle.delete(account);
        ctx.redirectWith(home, ctx.text('person.deleted', { name: account.name }));
      } catch (error) {
        await this.showDeletion(ctx, account, email, refusal(error).message, refusal(error).status);
      }
    });

    router.get('/:id/merge', { access, params }, (ctx) => this.showMerge(ctx, this.target(ctx, { mayBeSelf: true }), {}));
    router.post('/:id/merge', { access, params, body: mergeForm }, async (ctx) => {
      const to = this.target(ctx, { mayBeSelf: true });
      const { email, confirmed } = ctx.input.body;
      try {
        const found = this.accounts.byEmail(email);
        if (!found) throw new PortalError('person-unknown', ctx.text('memberships.unknown'), { status: 400 });
        const from = this.administration.other(ctx.access, found.id);
        if (from.id === to.id) throw new PortalError('merge-with-self', ctx.text('person.merge-same'), { status: 400 });
        if (confirmed !== 'yes') return await this.showMerge(ctx, to, { email, from });
        await this.lifecycle.merge(from, to);
        ctx.redirectWith(`${home}/${to.id}`, ctx.text('person.merged', { from: from.email, to: to.email }));
      } catch (error) {
        await this.showMerge(ctx, to, { email, error: refusal(error) });
      }
    });
  }

  private target(ctx: OfPerson, { mayBeSelf = false } = {}): Account {
    const { id } = ctx.input.params;
    return mayBeSelf && ctx.access.person?.id === id
      ? this.administration.account(id)
      : this.administration.other(ctx.access, id);
  }

  private showEmail(ctx: OfPerson, account: Account, tried: { email?: string; error?: PortalError } = {}): void {
    const model = { account, email: tried.email ?? account.email, error: tried.error?.message };
    ctx.render('person-email', model, { title: ctx.text('person.email-title'), status: tried.error?.status ?? 200 });
  }

  private async showDeletion(ctx: OfPerson, account: Account, email?: string, error?: string, status = 200): Promise<void> {
    const belongings = await this.lifecycle.belongingsOf(account, ctx.access.locale);
    const title = ctx.text('person.delete-title', { name: account.name });
    ctx.render('person-removal', { account, title, email, error, belongings }, { title, status });
  }

  private async showMerge(
    ctx: OfPerson,
    to: Account,
    { email, from, error }: { email?: string; from?: Account; error?: PortalError },
  ): Promise<void> {
    const belongings = from ? await this.lifecycle.belongingsOf(from, ctx.access.locale) : [];
    const title = ctx.text('person.merge-title', { name: to.name });
    ctx.render(
      'person-merge',
      { to, from, email, title, error: error?.message, belongings },
      { title, status: error?.status ?? 200 },
    );
  }
}

/** Everybody gets what the portal knows about them. */
@injectable()
export class OwnExportRoutes implements HttpRoutes {
  readonly prefix = '/account';

  constructor(
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(PeopleLifecycle) private readonly lifecycle: PeopleLifecycle,
  ) {}

  register(router: Router): void {
    router.post('/export', { access: 'signed-in' }, async (ctx) => {
      const account = this.accounts.byId(ctx.session?.person.id ?? '');
      if (!account) throw notFound('person');
      await sendExport(ctx, this.lifecycle, account);
    });
  }
}

/** Sends what is known about somebody as a file. */
async function sendExport(ctx: RouteContext, lifecycle: PeopleLifecycle, account: Account): Promise<void> {
  const text = await lifecycle.export(account);
  ctx.attachment(`${account.email}.json`);
  ctx.type = 'application/json; charset=utf-8';
  ctx.body = textStream(text);
}

/** What a page says; other errors have pages of their own. */
function refusal(error: unknown): PortalError {
  if (error instanceof PortalError && [400, 403, 409].includes(error.status)) return error;
  throw error;
}
