import {
  type AccessContexts,
  type CommandCall,
  type CommandOption,
  PortalError,
  type ServiceHandle,
  type SiteDirectory,
} from '@portico/core';
import type { Account, Group } from '../api/index.js';
import type { AccountRepository } from '../services/account-repository.js';
import type { RoleInPlace } from '../services/rights.js';

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

/** The role that is granted or taken, and where. */
export const roleInPlace: readonly CommandOption[] = [
  { name: 'role', value: 'role', description: roleHelp, required: true },
  { name: 'site', value: 'address', description: 'Friendly address of the site.' },
];

/** What `roleInPlace` names, and how it is said: `Author in guide`. @throws PortalError `not-found` (404) for a site. */
export function placeOf(
  contexts: AccessContexts,
  { options }: CommandCall,
): { readonly place: RoleInPlace; readonly text: string } {
  const { site } = contexts.named({ site: options.site });
  const role = String(options.role);
  return { place: { role, siteId: site?.id }, text: site ? `${role} in ${site.address}` : role };
}

/** The address of a site, for people who read lists; the id where there is no site any more. */
export function addressOf(sites: ServiceHandle<SiteDirectory>, siteId: string): string {
  return sites.get()?.byId(siteId)?.address ?? siteId;
}

/** All roles of somebody or of a group on one line. */
export function rolesText(
  sites: ServiceHandle<SiteDirectory>,
  { roles, siteRoles }: Pick<Account | Group, 'roles' | 'siteRoles'>,
): string {
  const inSites = Object.entries(siteRoles).map(([site, names]) => `${names.join(', ')} in ${addressOf(sites, site)}`);
  return [...roles, ...inSites].join('; ') || 'no role';
}

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
