import { z } from '@portico/core';
import type { GroupRole, Roles } from '@portico/identity/api';
import type { ProviderFacts } from '../services/provider-facts.js';

const text = z.string().max(5000).default('');
const many = z
  .union([
    z.array(z.string().max(1000)).max(500),
    z
      .string()
      .max(1000)
      .transform((one) => [one]),
  ])
  .default([]);
const ticked = z
  .literal('true')
  .optional()
  .transform((value) => value === 'true');

export const providerParams = z.strictObject({ id: z.uuid() });
export const enabledForm = z.strictObject({ enabled: z.enum(['true', 'false']).transform((said) => said === 'true') });
export const providerForm = z.strictObject({
  id: z.uuid().optional(),
  name: text,
  issuer: text,
  clientId: text,
  clientSecret: text,
  scopes: text,
  groupsClaim: text,
  addsPeople: ticked,
  countsAsSecondFactor: ticked,
  group: many,
  role: many,
  site: many,
  intent: z.enum(['save', 'test']).default('save'),
});
export type ProviderForm = z.output<typeof providerForm>;

/** One line of the table of groups: what was typed. */
export interface GroupLine {
  readonly group: string;
  readonly role: string;
  /** Id; empty for the instance. */
  readonly site: string;
}

export function groupLines({ group, role, site }: Pick<ProviderForm, 'group' | 'role' | 'site'>): readonly GroupLine[] {
  return group.map((name, index) => ({ group: name.trim(), role: role[index] ?? '', site: site[index] ?? '' }));
}

/** What the form says; of the lines those with a group. */
export function factsOf(form: ProviderForm): ProviderFacts {
  const { name, issuer, clientId, scopes, groupsClaim, addsPeople, countsAsSecondFactor } = form;
  const groupRoles = groupLines(form)
    .filter(({ group }) => group !== '')
    .map(({ group, role, site }): GroupRole => (site === '' ? { group, role } : { group, role, siteId: site }));
  return { name, issuer, clientId, scopes, groupsClaim, addsPeople, countsAsSecondFactor, groupRoles };
}

/** What is wrong with the lines, in a sentence: each role is given where it has force. */
export function problemOfLines(lines: readonly GroupRole[], roles: Roles, isSite: (id: string) => boolean): string | undefined {
  for (const { group, role, siteId } of lines) {
    const known = roles.byName(role);
    if (siteId !== undefined && !isSite(siteId)) return `The site of the group ${group} does not exist any more.`;
    if (!known) return `The role ${role} of the group ${group} does not exist.`;
    if (!known.places.includes(siteId === undefined ? 'instance' : 'site'))
      return siteId === undefined
        ? `${role} for the group ${group} is given within a site: choose one.`
        : `${role} for the group ${group} is given on the whole instance, not within a site.`;
  }
  return undefined;
}
