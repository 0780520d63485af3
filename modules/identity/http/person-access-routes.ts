import { type HttpRoutes, inject, injectable, type RouteContext, type Router, z } from '@portico/core';
import type { Account } from '../api/index.js';
import { managePeople } from '../services/identity-permissions.js';
import { PeopleAdministration } from '../services/people-administration.js';
import { endingBy, PersonAccess } from '../services/person-access.js';
import { sessionParams } from './factor-input.js';
import { idParams } from './input.js';

const access = { permission: managePeople } as const;
const home = '/identity/users';
const person = idParams.shape.id;
const ofSession = sessionParams.extend({ person });
const ofToken = idParams.extend({ person });

/** What administrators end for somebody: sessions, API tokens and second factors; never of who may do more than they. */
@injectable()
export class PersonAccessRoutes implements HttpRoutes {
  readonly prefix = home;

  constructor(
    @inject(PeopleAdministration) private readonly administration: PeopleAdministration,
    @inject(PersonAccess) private readonly ways: PersonAccess,
  ) {}

  register(router: Router): void {
    router.post('/:person/sessions/end', { access, params: z.strictObject({ person }) }, async (ctx) => {
      const account = this.target(ctx);
      await this.ways.endSessions(account, endingBy(ctx.access));
      this.done(ctx, account, 'person.sessions-ended');
    });

    router.post('/:person/sessions/:id/end', { access, params: ofSession }, async (ctx) => {
      const account = this.target(ctx);
      await this.ways.endSession(account, ctx.input.params.id, endingBy(ctx.access));
      this.done(ctx, account, 'sessions.ended');
    });

    router.post('/:person/tokens/:id/revoke', { access, params: ofToken }, async (ctx) => {
      const account = this.target(ctx);
      await this.ways.revokeToken(account, ctx.input.params.id, endingBy(ctx.access));
      this.done(ctx, account, 'tokens.revoked');
    });

    router.post('/:person/second-factors/remove', { access, params: z.strictObject({ person }) }, async (ctx) => {
      const account = this.target(ctx);
      await this.ways.removeFactors(account, endingBy(ctx.access));
      this.done(ctx, account, 'person.factors-removed');
    });
  }

  private target(ctx: RouteContext<{ person: string }>): Account {
    return this.administration.other(ctx.access, ctx.input.params.person);
  }

  private done(ctx: RouteContext, { id }: Account, sentence: string): void {
    ctx.redirectWith(`${home}/${id}`, ctx.text(sentence));
  }
}
