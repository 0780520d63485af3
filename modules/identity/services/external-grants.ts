import { AuditLog, inject, injectable, PortalError, type RoleName, type RoleReference, type Transaction } from '@portico/core';
import type { Account, ExternalProvider } from '../api/index.js';
import { ExternalGrantEntity } from '../entities/external-entities.js';
import { RoleAssignmentEntity } from '../entities/role-assignment-entity.js';
import { AccountRepository } from './account-repository.js';
import { keepAnAdministrator } from './account-rules.js';
import { RolePlaces } from './role-places.js';

/** Whose roles they are. */
type Owner = Pick<Account, 'id' | 'email' | 'name'>;

/** A role in a place, as rows have it: an empty site is the instance. */
interface Place {
  readonly siteId: string;
  readonly role: string;
}

/**
 * Roles that follow from what a provider says about somebody's groups.
 *
 * A row of `ExternalGrantEntity` remembers that it is the provider who gave a role. Only such a role goes when the provider says otherwise, and only when
 * no other provider gives it, too. What somebody gave by hand gets no such row: it stays, whatever any provider says. Giving a role by hand that a
 * provider gave takes the rows away (AccountRepository), so that it counts as given by hand from then on. The last active administrator stays one, and
 * the row with them: the role goes with the first sign-in after there is another.
 */
@injectable()
export class ExternalGrants implements RoleReference {
  constructor(
    @inject(AccountRepository) private readonly accounts: AccountRepository,
    @inject(RolePlaces) private readonly places: RolePlaces,
    @inject(AuditLog) private readonly audit: AuditLog,
  ) {}

  /** Gives what the groups say and takes what they do not. @param groups undefined: nothing was said, nothing changes. */
  async apply(
    transaction: Transaction,
    account: Owner,
    provider: ExternalProvider,
    groups: readonly string[] | undefined,
  ): Promise<void> {
    if (groups === undefined) return;
    const said = new Set(groups);
    const wanted = new Map<string, Place>();
    for (const { group, role, siteId } of provider.groupRoles) {
      const possible = said.has(group) ? this.places.possible({ role, siteId }) : undefined;
      const place = possible && { role: possible.role, siteId: siteId ?? '' };
      if (place) wanted.set(keyOf(place), place);
    }
    const held = await transaction.repository(ExternalGrantEntity).findBy({ personId: account.id, provider: provider.id });
    const heldKeys = new Set(held.map(keyOf));
    let changed = false;
    for (const [key, place] of wanted)
      if (!heldKeys.has(key)) changed = (await this.give(transaction, account, provider, place)) || changed;
    for (const place of held)
      if (!wanted.has(keyOf(place))) changed = (await this.take(transaction, account, provider, place)) || changed;
    if (changed) await this.accounts.publish(transaction, account.id);
  }

  /** Takes everything that a provider gave somebody. */
  async takeAll(transaction: Transaction, account: Owner, provider: Pick<ExternalProvider, 'id' | 'name'>): Promise<void> {
    const held = await transaction.repository(ExternalGrantEntity).findBy({ personId: account.id, provider: provider.id });
    let changed = false;
    for (const place of held) changed = (await this.take(transaction, account, provider, place)) || changed;
    if (changed) await this.accounts.publish(transaction, account.id);
  }

  /** The people who have the role have it by their assignments, which are told already. */
  async usesOf(): Promise<readonly string[]> {
    return [];
  }

  async renamed(transaction: Transaction, before: RoleName, after: RoleName): Promise<void> {
    await transaction.query('UPDATE identity_external_grant SET role = ? WHERE role = ?', [after, before]);
  }

  async removed(transaction: Transaction, role: RoleName): Promise<void> {
    await transaction.repository(ExternalGrantEntity).delete({ role });
  }

  private async give(
    transaction: Transaction,
    account: Owner,
    provider: Pick<ExternalProvider, 'id' | 'name'>,
    { siteId, role }: Place,
  ): Promise<boolean> {
    const assignment = { personId: account.id, siteId, role };
    const isThere = await transaction.repository(RoleAssignmentEntity).existsBy(assignment);
    const byProvider = await transaction.repository(ExternalGrantEntity).existsBy(assignment);
    if (isThere && !byProvider) return false;
    await transaction.repository(ExternalGrantEntity).insert({ ...assignment, provider: provider.id });
    if (isThere) return false;
    await transaction.repository(RoleAssignmentEntity).insert(assignment);
    await this.record(transaction, account, provider, assignment, 'granted');
    return true;
  }

  private async take(
    transaction: Transaction,
    account: Owner,
    provider: Pick<ExternalProvider, 'id' | 'name'>,
    { siteId, role }: Place,
  ): Promise<boolean> {
    const assignment = { personId: account.id, siteId, role };
    await transaction.repository(ExternalGrantEntity).delete({ ...assignment, provider: provider.id });
    if (await transaction.repository(ExternalGrantEntity).existsBy(assignment)) return false;
    if (!(await transaction.repository(RoleAssignmentEntity).existsBy(assignment))) return false;
    await transaction.repository(RoleAssignmentEntity).delete(assignment);
    try {
      await keepAnAdministrator(transaction);
    } catch (error) {
      if (!(error instanceof PortalError) || error.code !== 'last-administrator') throw error;
      await transaction.repository(RoleAssignmentEntity).insert(assignment);
      await transaction.repository(ExternalGrantEntity).insert({ ...assignment, provider: provider.id });
      await this.record(transaction, account, provider, assignment, 'kept');
      return false;
    }
    await this.record(transaction, account, provider, assignment, 'revoked');
    return true;
  }

  private record(
    transaction: Transaction,
    account: Owner,
    provider: Pick<ExternalProvider, 'name'>,
    { siteId, role }: Place,
    action: 'granted' | 'revoked' | 'kept',
  ): Promise<void> {
    return this.audit.record(transaction, {
      area: 'people',
      subject: account.email,
      attribute: role,
      scope: siteId || 'instance',
      action,
      reason: provider.name,
      about: account.id,
      by: { id: account.id, name: account.name },
      via: 'system',
    });
  }
}

function keyOf({ siteId, role }: Place): string {
  return `${siteId}\n${role}`;
}
