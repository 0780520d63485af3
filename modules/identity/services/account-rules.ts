import { invalidInput, PortalError, type Transaction, z } from '@portico/core';
import { instanceRoles, type NewAccount, type RoleName, siteRoles } from '../api/index.js';
import type { PasswordOwner } from './password-rules.js';

const emailAddress = z.string().trim().toLowerCase().max(254).pipe(z.email());
const nameSentence = 'Enter a name of at most 200 characters.';

/** Checks everything at once, so that a form can say all that is wrong with it. */
export async function checkedAccount(
  account: NewAccount,
  problemOf: (password: string, owner: PasswordOwner) => Promise<string | undefined>,
): Promise<{ readonly email: string; readonly name: string }> {
  const email = emailAddress.safeParse(account.email);
  const name = tidyName(account.name);
  const password = await problemOf(account.password, { email: account.email, name: account.name });
  if (email.success && name && !password) return { email: email.data, name };
  throw invalidInput({
    ...(email.success ? {} : { email: 'Enter an email address, such as ada@example.org.' }),
    ...(name ? {} : { name: nameSentence }),
    ...(password ? { password } : {}),
  });
}

export function checkedName(name: string): string {
  const tidy = tidyName(name);
  if (!tidy) throw invalidInput({ name: nameSentence }, nameSentence);
  return tidy;
}

/** A role belongs to the instance or to a site; `Guest` is granted to nobody. */
export function checkRole(role: RoleName, siteId: string | undefined): void {
  const possible = siteId === undefined ? instanceRoles : siteRoles;
  if (possible.includes(role)) return;
  const place = siteId === undefined ? 'on the whole instance' : 'within a site';
  const sentence = `The role ${role} cannot be granted ${place}; these can: ${possible.join(', ')}.`;
  throw invalidInput({ role: sentence }, sentence);
}

export function emailTaken(): PortalError {
  const sentence = 'There is already a person with this email address.';
  return new PortalError('email-taken', sentence, { status: 409, details: { fields: { email: sentence } } });
}

/** @throws PortalError `last-administrator`, which undoes the transaction. */
export async function keepAnAdministrator(transaction: Transaction): Promise<void> {
  const left = await transaction.query<{ id: string }>(
    `SELECT p.id FROM identity_role_assignment a JOIN identity_person p ON p.id = a.person_id
     WHERE a.site_id = '' AND a.role = 'Administrator' AND p.active LIMIT 1`,
  );
  if (left.length > 0) return;
  throw new PortalError(
    'last-administrator',
    'This is the last active administrator: somebody must stay who may do everything.',
    {
      status: 409,
    },
  );
}

function tidyName(name: string): string | undefined {
  const tidy = name.trim().replace(/\s+/g, ' ');
  return tidy.length >= 1 && tidy.length <= 200 ? tidy : undefined;
}
