import { type Audience, audienceKinds, invalidInput, type RouteContext } from '../api/index.js';
import { z } from '../libraries/data.js';

type Texts = Pick<RouteContext, 'text'>;

/** Visible to everyone: what a site says where nobody said otherwise. */
export const everyone: Audience = Object.freeze({ visibleTo: 'everyone', roles: Object.freeze([]) });

/** Fields of a form or of JSON that say to whom something is visible. A form sends the name of a role for each box that is ticked. */
export const audienceFields = {
  visibleTo: z.enum(audienceKinds),
  roles: z
    .union([z.string().max(200), z.array(z.string().max(200)).max(200)])
    .default([])
    .transform((roles): readonly string[] => (typeof roles === 'string' ? [roles] : roles)),
};

/**
 * What was sent, in its one form: roles in the order of the alphabet, each once, and none where no roles are meant.
 * @param known the roles that something can be visible to.
 * @throws PortalError `invalid-input` (400) with a sentence for `roles`.
 */
export function checkedAudience(sent: Audience, known: readonly string[], ctx: Texts): Audience {
  if (sent.visibleTo !== 'roles') return { visibleTo: sent.visibleTo, roles: [] };
  const roles = [...new Set(sent.roles)].sort();
  const unknown = roles.find((role) => !known.includes(role));
  const problem =
    unknown !== undefined
      ? ctx.text('portal.audience.unknown-role', { role: unknown })
      : roles.length === 0
        ? ctx.text('portal.audience.no-role')
        : undefined;
  if (problem !== undefined) throw invalidInput({ roles: problem }, problem);
  return { visibleTo: 'roles', roles };
}

/** Whether everybody whom the narrow one names is among the wide one. False where only the roles of each person could say it. */
export function audienceCovers(wide: Audience, narrow: Audience): boolean {
  if (wide.visibleTo === 'roles') return narrow.visibleTo === 'roles' && narrow.roles.every((role) => wide.roles.includes(role));
  // Who has a role has signed in; whether that makes a member depends on the role.
  if (narrow.visibleTo === 'roles') return wide.visibleTo !== 'members';
  return audienceKinds.indexOf(wide.visibleTo) <= audienceKinds.indexOf(narrow.visibleTo);
}

/** "Members of the site", "Site Administrator, Author". */
export function audienceText({ visibleTo, roles }: Audience, ctx: Texts): string {
  return visibleTo === 'roles' ? roles.join(', ') : ctx.text(`portal.audience.${visibleTo}`);
}

/** What the partial `audience` shows. */
export function audienceModel(
  { visibleTo, roles }: Audience,
  known: readonly string[],
  ctx: Texts,
  error?: string,
): { readonly kinds: readonly object[]; readonly roles: readonly object[]; readonly error: string | undefined } {
  return {
    kinds: audienceKinds.map((kind) => ({ kind, label: ctx.text(`portal.audience.${kind}`), isChosen: kind === visibleTo })),
    roles: known.map((role) => ({ role, isChosen: visibleTo === 'roles' && roles.includes(role) })),
    error,
  };
}
