import { invalidInput, PortalError, type Transaction, z } from '@portico/core';
import { withoutInvisible } from '@portico/core/util';
import type { NewAccount } from '../api/index.js';
import { emailKey } from './email-address.js';
import type { PasswordOwner } from './password-rules.js';

const emailAddress = z.string().transform(emailKey).pipe(z.email().max(254));
const emailSentence = 'Enter an email address, such as ada@example.org.';
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
    ...(email.success ? {} : { email: emailSentence }),
    ...(name ? {} : { name: nameSentence }),
    ...(password ? { password } : {}),
  });
}

/** An address as it is stored. */
export function checkedEmail(typed: string): string {
  const email = emailAddress.safeParse(typed);
  if (!email.success) throw invalidInput({ email: emailSentence }, emailSentence);
  return email.data;
}

export function checkedName(name: string): string {
  const tidy = tidyName(name);
  if (!tidy) throw invalidInput({ name: nameSentence }, nameSentence);
  return tidy;
}

/** What a role or a group is called, and what it is for. */
export interface TitleAndDescription {
  readonly name: string;
  readonly description: string;
}

/** The same as it is kept. @throws PortalError `invalid-input` (400) with fields. */
export function checkedFacts({ name, description }: TitleAndDescription): TitleAndDescription {
  const title = checkedTitle(name);
  const text = checkedDescription(description);
  if (title !== undefined && text !== undefined) return { name: title, description: text };
  throw invalidInput({
    ...(title === undefined && { name: 'Enter a name of 1 to 75 characters, without |.' }),
    ...(text === undefined && { description: 'Enter at most 500 characters.' }),
  });
}

function checkedTitle(name: string): string | undefined {
  const tidy = withoutInvisible(name).trim().replace(/\s+/g, ' ');
  // Lists of roles are kept with bars between them.
  return /[\p{L}\p{N}]/u.test(tidy) && !tidy.includes('|') && tidy.length <= 75 ? tidy : undefined;
}

function checkedDescription(text: string): string | undefined {
  const tidy = text.trim().replace(/\s+/g, ' ');
  return tidy.length <= 500 ? tidy : undefined;
}

export function emailTaken(): PortalError {
  const sentence = 'There is already a person with this email address.';
  return new PortalError('email-taken', sentence, { status: 409, details: { fields: { email: sentence } } });
}

/** Ids of those who are active and may do everything, by a role of their own or one of a group. */
export const activeAdministrators = `SELECT p.id FROM identity_role_assignment a JOIN identity_person p ON p.id = a.person_id
     WHERE a.site_id = '' AND a.role = 'Administrator' AND p.active
  UNION ALL
  SELECT p.id FROM identity_group_role r JOIN identity_group_member m ON m.group_id = r.group_id JOIN identity_person p ON p.id = m.person_id
     WHERE r.site_id = '' AND r.role = 'Administrator' AND p.active`;

/** @throws PortalError `last-administrator`, which undoes the transaction. */
export async function keepAnAdministrator(transaction: Transaction): Promise<void> {
  const left = await transaction.query<{ id: string }>(`${activeAdministrators} LIMIT 1`);
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
