import {
  type HttpRoutes,
  inject,
  injectable,
  MessageCatalog,
  type Person,
  PortalError,
  type RouteContext,
  type Router,
} from '@portico/core';
import { ApiTokenRepository } from '../services/api-token-repository.js';
import { PermissionsHeld } from '../services/permissions-held.js';
import { formError } from './form-error.js';
import { idParams, newApiTokenForm } from './input.js';

const home = '/account/tokens';
const access = 'signed-in';

/** What the form holds when it is shown again. */
interface Tried {
  readonly name?: string;
  readonly days?: string;
  readonly scopes?: readonly string[];
  readonly error?: PortalError;
}

/** The page where people make and revoke API tokens of their own. */
@injectable()
export class ApiTokenRoutes implements HttpRoutes {
  readonly prefix = home;

  constructor(
    @inject(ApiTokenRepository) private readonly tokens: ApiTokenRepository,
    @inject(PermissionsHeld) private readonly held: PermissionsHeld,
    @inject(MessageCatalog) private readonly messages: MessageCatalog,
  ) {}

  register(router: Router): void {
    router.get('/', { access }, (ctx) => this.show(ctx));

    router.post('/', { access, body: newApiTokenForm }, async (ctx) => {
      const { name, days, scopes } = ctx.input.body;
      try {
        const token = await this.tokens.create(personOf(ctx), { name, scopes, days: Number(days) });
        // Shown in this answer and never again, so there is no redirect.
        this.show(ctx, {}, token);
      } catch (error) {
        this.show(ctx, { name, days, scopes, error: formError(error, 400, 409) });
      }
    });

    router.post('/:id/revoke', { access, params: idParams }, async (ctx) => {
      await this.tokens.revoke(personOf(ctx), ctx.input.params.id);
      ctx.redirectWith(home, ctx.text('tokens.revoked'));
    });
  }

  private show(ctx: RouteContext, tried: Tried = {}, created?: string): void {
    const person = personOf(ctx);
    const granted = this.held.of(person.id).map(({ permission, module }) => ({
      id: permission.id,
      label: this.messages.for(module).text(permission.label, undefined, ctx.access.locale),
      module: this.messages.nameOf(module, ctx.access.locale),
      chosen: tried.scopes?.includes(permission.id) ?? false,
    }));
    const byModule = new Map<string, (typeof granted)[number][]>();
    for (const each of granted) byModule.set(each.module, [...(byModule.get(each.module) ?? []), each]);
    const labels = new Map(granted.map(({ id, label }) => [id, label]));
    const fields = (tried.error?.details.fields ?? {}) as Readonly<Record<string, string>>;
    const model = {
      created,
      name: tried.name ?? '',
      days: tried.days ?? '90',
      nameError: fields.name,
      daysError: fields.days,
      error: fields.scopes ?? (tried.error?.status === 409 ? tried.error.message : undefined),
      modules: [...byModule].map(([name, scopes]) => ({ name, scopes })),
      tokens: this.tokens.of(person.id).map(({ id, name, scopes, createdAt, expiresAt, lastUsedAt }) => ({
        id,
        name,
        scopes: scopes.map((scope) => labels.get(scope) ?? ctx.text('tokens.not-held', { scope })).join(', '),
        created: new Date(createdAt).toISOString(),
        expires: new Date(expiresAt).toISOString(),
        used: lastUsedAt === undefined ? undefined : new Date(lastUsedAt).toISOString(),
        revokeName: ctx.text('tokens.revoke-name', { name }),
      })),
    };
    ctx.render('api-tokens', model, { title: ctx.text('tokens.title'), status: tried.error?.status ?? 200 });
  }
}

function personOf({ session }: RouteContext): Person {
  if (!session) throw new PortalError('sign-in-required', 'Sign in to do this.', { status: 401 });
  return session.person;
}
