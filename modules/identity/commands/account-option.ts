import { type CommandCall, type CommandOption, PortalError } from '@portico/core';
import type { Account } from '../api/index.js';
import type { AccountRepository } from '../services/account-repository.js';

/** Whom a command is about. */
export const email: CommandOption = {
  name: 'email',
  value: 'address',
  description: 'Email address of the person.',
  required: true,
};

/** Which roles there are to name. */
export const roleHelp =
  'Administrator or Operator; with --site: Site Administrator, Author or Member; or one of those of `roles list`.';

/** @throws PortalError `person-unknown` (404). */
export function accountOf(accounts: AccountRepository, call: CommandCall): Account {
  const address = String(call.options.email);
  const account = accounts.byEmail(address);
  if (!account) throw new PortalError('person-unknown', `Nobody has the email address ${address}.`, { status: 404 });
  return account;
}
