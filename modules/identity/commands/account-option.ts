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

/** Which role or group a command is about. */
export const named = (what: 'role' | 'group'): CommandOption => ({
  name: 'name',
  value: 'name',
  description: `Name of the ${what}.`,
  required: true,
});
export const descriptionOption: CommandOption = { name: 'description', value: 'text', description: 'What it is for.' };
export const json: CommandOption = { name: 'json', description: 'Print JSON.' };
export const yes: CommandOption = { name: 'yes', description: 'Do not ask.' };

export function jsonText(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}

/** Asks once where there is a terminal, unless `--yes` says that it is meant. Answers the exit code: 1 when nothing was removed. */
export async function removeWhenConfirmed(call: CommandCall, question: string, remove: () => Promise<void>): Promise<number> {
  if (call.options.yes !== true && call.ask && !(await call.ask(question))) {
    call.warn('Nothing was changed.');
    return 1;
  }
  await remove();
  return 0;
}
