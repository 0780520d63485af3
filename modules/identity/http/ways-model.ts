import type { RouteContext } from '@portico/core';
import type { WaysIn } from '../services/person-access.js';
import type { SessionView } from '../services/session-store.js';

/** A session in words. */
interface SessionLine {
  readonly id: string;
  readonly title: string;
  readonly address: string;
  readonly created: string;
  readonly used: string;
  readonly isCurrent: boolean;
  readonly endName: string;
}

/** What the pages of an account and of a person show of the ways on which somebody gets in. */
export interface WaysModel {
  /** Since when there is an authenticator app; undefined when there is none. */
  readonly app: string | undefined;
  /** How many there are. */
  readonly passkeys: number;
  readonly codesLeft: number;
  /** Whether there are recovery codes and no app, on whose page they would stand. */
  readonly codesAlone: boolean;
  readonly hasFactors: boolean;
  readonly sessions: readonly SessionLine[];
  /** Whether there are sessions besides the one that asks. */
  readonly others: boolean;
  readonly tokens: readonly { readonly id: string; readonly name: string; readonly revokeName: string; readonly used?: string }[];
}

export function waysModel(ctx: RouteContext, { factors, sessions, tokens }: WaysIn): WaysModel {
  const passkeys = factors.passkeys.length;
  return {
    app: factors.appSince === undefined ? undefined : new Date(factors.appSince).toISOString(),
    passkeys,
    codesLeft: factors.codesLeft,
    codesAlone: factors.appSince === undefined && passkeys > 0,
    hasFactors: factors.appSince !== undefined || passkeys > 0,
    sessions: sessions.map((session) => sessionLine(ctx, session)),
    others: sessions.some(({ isCurrent }) => !isCurrent),
    tokens: tokens.map(({ id, name, lastUsedAt }) => ({
      id,
      name,
      revokeName: ctx.text('tokens.revoke-name', { name }),
      ...(lastUsedAt === undefined ? {} : { used: new Date(lastUsedAt).toISOString() }),
    })),
  };
}

function sessionLine(ctx: RouteContext, session: SessionView): SessionLine {
  const { id, browser, system, address, createdAt, lastUsedAt, isCurrent } = session;
  const known = { browser: browser || ctx.text('sessions.unknown'), system };
  const title = system === '' ? known.browser : ctx.text('sessions.name', known);
  return {
    id,
    title,
    address,
    created: new Date(createdAt).toISOString(),
    used: new Date(lastUsedAt).toISOString(),
    isCurrent,
    endName: ctx.text('sessions.end-name', { title }),
  };
}
