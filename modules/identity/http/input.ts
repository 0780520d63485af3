import { z } from '@portico/core';
import { sortedListFields } from '@portico/core/util';
import { groupOrders } from '../services/group-list.js';
import { peopleOrders } from '../services/people-list.js';

const shortText = z.string().max(1000);
/** As long as a request may be: what is too long comes back in its form, with a sentence of the service that refuses it. */
const typedText = z.string();
/** Longer passwords are refused by the rules with a sentence; this only bounds what is read. */
export const password = z.string().max(8192);

export const nextQuery = z.strictObject({ next: shortText.optional() });

export const signInForm = z.strictObject({ email: shortText, password, next: shortText.optional() });

export const newPasswordForm = z.strictObject({
  ticket: z.string().max(100),
  password,
  repeated: password,
  next: shortText.optional(),
});

export const nameForm = z.strictObject({ name: typedText });
export const changePasswordForm = z.strictObject({ current: password, password, repeated: password });

export const idParams = z.strictObject({ id: z.uuid() });
export const listQuery = z.strictObject({ q: shortText.optional(), ...sortedListFields(peopleOrders) });
export type ListInput = z.output<typeof listQuery>;
export const newPersonForm = z.strictObject({ email: typedText, name: typedText });
export const activeForm = z.strictObject({ active: z.enum(['true', 'false']).transform((text) => text === 'true') });

const intent = z.enum(['grant', 'revoke']).default('grant');
/** Any role: a service says whether it can be given there. */
const role = z.string().max(100);
export const instanceRoleForm = z.strictObject({ role, intent });
export const siteRoleForm = z.strictObject({ role, site: z.uuid(), intent });
export const newMemberForm = z.strictObject({ email: typedText, role });
export const memberRoleForm = z.strictObject({ person: z.uuid(), role, intent });
export const newMemberGroupForm = z.strictObject({ group: typedText, role });
export const memberGroupRoleForm = z.strictObject({ group: z.uuid(), role, intent });

/** Id of a role: readable of those that every portal has, a UUID of others. */
export const roleParams = z.strictObject({ role: z.string().max(50) });
const manyPermissions = z.array(z.string().max(200)).max(1000);
const permissions = z
  .union([
    manyPermissions,
    z
      .string()
      .max(200)
      .transform((one) => [one]),
  ])
  .default([]);
export const rolePermissionsForm = z.strictObject({ permissions });
const facts = { name: typedText, description: typedText.default('') };
export const newRoleForm = z.strictObject({ ...facts, permissions });
export const roleFactsForm = z.strictObject(facts);

export const groupsQuery = z.strictObject({ q: shortText.optional(), ...sortedListFields(groupOrders) });
export type GroupsInput = z.output<typeof groupsQuery>;
export const groupForm = z.strictObject(facts);
export const newGroupMemberForm = z.strictObject({ email: typedText });
export const groupMemberForm = z.strictObject({ person: z.uuid() });
export const groupRoleForm = z.strictObject({ role, site: z.union([z.uuid(), z.literal('')]).default(''), intent });
export const newApiTokenForm = z.strictObject({ name: typedText, days: typedText, scopes: permissions });
export const serviceTokenForm = z.strictObject({ name: typedText, days: shortText });
export const serviceTokenParams = z.strictObject({ id: z.uuid(), token: z.uuid() });
