import {
  AuditLog,
  type Contributions,
  contributions,
  type EntityClass,
  inject,
  injectable,
  MessageCatalog,
  notFound,
  PersonalData,
  type PersonalDataSource,
  PortalError,
  type Reader,
  type SiteContent,
  type Transaction,
  UnitOfWork,
} from '@portico/core';
import type { Account } from '../api/index.js';
import { AuthenticatorEntity } from '../entities/authenticator-entity.js';
import { ExternalGrantEntity, ExternalIdentityEntity } from '../entities/external-entities.js';
import { GroupMemberEntity, GroupRoleEntity } from '../entities/group-entities.js';
import { KnownDeviceEntity } from '../entities/known-device-entity.js';
import { LastSiteEntity } from '../entities/last-site-entity.js';
import { PasskeyEntity } from '../entities/passkey-entity.js';
import { PersonEntity } from '../entities/person-entity.js';
import { RecoveryCodeEntity } from '../entities/recovery-code-entity.js';
import { RoleAssignmentEntity } from '../entities/role-assignment-entity.js';
import { ServiceAccountRoleEntity } from '../entities/service-account-entities.js';
import { keepAnAdministrator } from './account-rules.js';
import { Directory } from './directory.js';
import { WaysIn } from './ways-in.js';

/** How much of something belongs to a person, in words. */
export interface BelongingCount {
  readonly label: string;
  readonly count: number;
}

/** What is the person's alone: gone with the account. Sessions, tokens and links are ended by those who keep them in memory. */
const ownRows: readonly EntityClass<{ personId: string }>[] = [
  AuthenticatorEntity,
  PasskeyEntity,
  RecoveryCodeEntity,
  KnownDeviceEntity,
  ExternalIdentityEntity,
  ExternalGrantEntity,
  RoleAssignmentEntity,
  GroupMemberEntity,
  LastSiteEntity,
];

/**
 * Accounts that come to an end: deleted, or merged into another one.
 *
 * Deleting takes away what is the person's alone (ways to get in, roles, groups, what they had not saved) and leaves what others work with: documents,
 * articles, figures, entries of the audit log. These keep an id that names nobody any more, and lose name and address where they stood. Merging first gives
 * all that to another account: content, roles, groups, API tokens and accounts at providers; not what proves who somebody is, since the other account has
 * its own. Of an account that is disabled nothing goes over that would let somebody in, and what was given by hand in one of the two stays given by hand.
 * Each is one transaction over all modules that contribute to `PersonalData`, with its entry in the audit log. The last active administrator stays.
 */
@injectable()
export class PeopleLifecycle {
  constructor(
    @inject(UnitOfWork) private readonly unitOfWork: UnitOfWork,
    @inject(Directory) private readonly directory: Directory,
    @inject(WaysIn) private readonly waysIn: WaysIn,
    @inject(AuditLog) private readonly audit: AuditLog,
    @inject(contributions(PersonalData)) private readonly sources: Contributions<PersonalDataSource>,
    @inject(MessageCatalog) private readonly messages: MessageCatalog,
  ) {}

  /** What belongs to somebody, in the words of the modules; what there is nothing of is left out. */
  async belongingsOf(account: Account, locale?: string): Promise<readonly BelongingCount[]> {
    const counts = await this.unitOfWork.read(async (reader) => {
      const found: BelongingCount[] = [];
      for (const { module, value } of this.sources.all()) {
        const label = this.messages.for(module).text(value.label, undefined, locale);
        found.push({ label, count: await value.count(reader, account) });
      }
      return found;
    });
    return counts.filter(({ count }) => count > 0);
  }

  /**
   * @param guard asked once more in the transaction: who has become mightier meanwhile is not deleted any more.
   * @throws PortalError `last-administrator` (409), and what the guard throws.
   */
  async delete(account: Account, guard?: () => void): Promise<void> {
    await this.unitOfWork.write(async (transaction) => {
      guard?.();
      await this.audit.record(transaction, { area: 'people', subject: account.id, scope: 'instance', action: 'deleted' });
      await this.end(transaction, account);
      // Last, so that what was recorded on the way is made anonymous too.
      for (const { value } of this.sources.all()) await value.forget(transaction, account);
    });
  }

  /** Gives all of `from` to `to`, and ends `from`. @throws PortalError `merge-with-self` (400), `last-administrator` (409), and what the guard throws. */
  async merge(from: Account, to: Account, guard?: () => void): Promise<void> {
    if (from.id === to.id)
      throw new PortalError('merge-with-self', 'Choose another person: these are the same account.', { status: 400 });
    await this.unitOfWork.write(async (transaction) => {
      guard?.();
      const people = transaction.repository(PersonEntity);
      const going = await people.findOneBy({ id: from.id });
      if (!going || !(await people.existsBy({ id: to.id }))) throw notFound('person');
      // First, so that what is recorded of it goes over with the rest.
      if (!going.active) await this.waysIn.endAll(transaction, from);
      for (const { value } of this.sources.all()) await value.merge(transaction, from, to);
      if (going.active) {
        await this.waysIn.moveTokens(transaction, from, to);
        await transaction.repository(ExternalIdentityEntity).update({ personId: from.id }, { personId: to.id });
      }
      await forgetProviders(transaction, from.id, to.id);
      await forgetProviders(transaction, to.id, from.id);
      for (const entity of [RoleAssignmentEntity, GroupMemberEntity, ExternalGrantEntity])
        await moveRows(transaction, entity as EntityClass<{ personId: string }>, from.id, to.id);
      const entry = {
        area: 'people',
        subject: to.email,
        about: to.id,
        attribute: 'merged',
        scope: 'instance',
        action: 'changed',
      };
      await this.audit.record(transaction, { ...entry, after: { id: from.id } });
      await this.end(transaction, from);
    });
  }

  /** Everything that is known about somebody, as the text of one JSON object. Leaves an entry in the audit log first. */
  async export(account: Account): Promise<AsyncIterable<string>> {
    await this.unitOfWork.write((transaction) =>
      this.audit.record(transaction, {
        area: 'people',
        subject: account.email,
        about: account.id,
        scope: 'instance',
        action: 'exported',
      }),
    );
    return this.text(account);
  }

  private async *text(account: Account): AsyncGenerator<string> {
    const { id, email, name, active, createdAt, ownRoles, ownSiteRoles, groups } = account;
    const facts = { id, email, name, active, createdAt: createdAt.toISOString(), roles: ownRoles, siteRoles: ownSiteRoles };
    const inGroups = groups.flatMap((group) => this.directory.group(group)?.name ?? []);
    const ways = await this.waysIn.described(account);
    yield `{"version":1,\n"account":${JSON.stringify({ ...facts, groups: inGroups, ...ways })}`;
    for (const { value: source } of this.sources.all()) {
      yield `,\n${JSON.stringify(source.key)}:[`;
      let separator = '';
      for (let after: string | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
        const page = await this.unitOfWork.read((reader) => source.page(reader, account, after));
        for (const record of page.records) {
          yield `${separator}\n${JSON.stringify(record)}`;
          separator = ',';
        }
        after = page.next;
      }
      yield ']';
    }
    yield '\n}\n';
  }

  private async end(transaction: Transaction, account: Account): Promise<void> {
    const { id: personId } = account;
    await this.waysIn.endAll(transaction, account);
    for (const entity of ownRows) await transaction.repository(entity).delete({ personId });
    await transaction.repository(PersonEntity).delete({ id: personId });
    await keepAnAdministrator(transaction);
    // Read now, so that whoever writes next is asked for their rights by what this left.
    const rows = await Directory.read(transaction);
    transaction.afterCommit(() => this.directory.replace(rows));
  }
}

/** Rows whose key has the person in it: those that the other has already are left behind, and go with the account. */
async function moveRows(
  transaction: Transaction,
  entity: EntityClass<{ personId: string }>,
  from: string,
  to: string,
): Promise<void> {
  const rows = transaction.repository(entity);
  for (const row of await rows.findBy({ personId: from })) {
    const moved = { ...row, personId: to };
    if (!(await rows.existsBy(moved))) await rows.insert(moved);
  }
}

/** That a provider gave a role to one of two counts for nothing where the other has it by hand. */
async function forgetProviders(transaction: Transaction, one: string, other: string): Promise<void> {
  await transaction.query(
    `DELETE FROM identity_external_grant WHERE person_id = ? AND EXISTS (
       SELECT 1 FROM identity_role_assignment a
       WHERE a.person_id = ? AND a.site_id = identity_external_grant.site_id AND a.role = identity_external_grant.role
         AND NOT EXISTS (SELECT 1 FROM identity_external_grant g
           WHERE g.person_id = a.person_id AND g.site_id = a.site_id AND g.role = a.role))`,
    [one, other],
  );
}

/** Who has roles in a site, as it is erased. */
@injectable()
export class SiteMemberships implements SiteContent {
  readonly label = 'site.memberships';

  constructor(@inject(Directory) private readonly directory: Directory) {}

  async count(reader: Reader, siteId: string): Promise<number> {
    let count = 0;
    for (const entity of [RoleAssignmentEntity, GroupRoleEntity, ServiceAccountRoleEntity])
      count += await reader.repository<{ siteId: string }>(entity).countBy({ siteId });
    return count;
  }

  /** All at once: who has a role in a site is in memory anyway. */
  async erase(transaction: Transaction, siteId: string): Promise<number> {
    let taken = 0;
    for (const entity of [RoleAssignmentEntity, GroupRoleEntity, ServiceAccountRoleEntity, ExternalGrantEntity])
      taken += (await transaction.repository<{ siteId: string }>(entity).delete({ siteId })).affected ?? 0;
    await transaction.repository(LastSiteEntity).delete({ siteId });
    if (taken === 0) return 0;
    const rows = await Directory.read(transaction);
    transaction.afterCommit(() => this.directory.replace(rows));
    return taken;
  }
}
