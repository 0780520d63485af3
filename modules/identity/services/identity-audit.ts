import {
  type AuditArea,
  type AuditDescription,
  type AuditRecord,
  inject,
  injectable,
  MessageCatalog,
  Messages,
  type PermissionId,
} from '@portico/core';
import { RoleCatalog } from './role-catalog.js';

/** Puts entries about people into words. */
@injectable()
export class PeopleAuditArea implements AuditArea {
  readonly area = 'people';
  readonly label = 'people.title';

  constructor(@inject(Messages) private readonly messages: Messages) {}

  describe({ attribute, action }: AuditRecord, locale = 'en'): AuditDescription | undefined {
    // By their id, which names nobody any more.
    if (action === 'deleted') return { what: this.messages.text('audit.deleted-person', {}, locale) };
    if (attribute !== 'language') return undefined;
    const names = new Intl.DisplayNames([locale], { type: 'language', languageDisplay: 'standard' });
    return { value: (said) => (typeof said === 'string' ? names.of(said) : undefined) };
  }
}

/** Permissions by the names that Roles and API Tokens show. */
@injectable()
class PermissionWords {
  constructor(
    @inject(RoleCatalog) private readonly catalog: RoleCatalog,
    @inject(MessageCatalog) private readonly messages: MessageCatalog,
  ) {}

  describe(locale: string | undefined): AuditDescription {
    return {
      value: (said, name) =>
        (name === 'permissions' || name === 'scopes') && typeof said === 'string' ? this.labelOf(said, locale) : undefined,
    };
  }

  /** Of a permission that no module declares any more nobody knows the name. */
  private labelOf(id: PermissionId, locale: string | undefined): string {
    const grant = this.catalog.grant(id);
    return grant ? this.messages.for(grant.module).text(grant.permission.label, undefined, locale) : id;
  }
}

@injectable()
export class RolesAuditArea implements AuditArea {
  readonly area = 'roles';
  readonly label = 'audit.area.roles';

  constructor(@inject(PermissionWords) private readonly words: PermissionWords) {}

  describe(_record: AuditRecord, locale?: string): AuditDescription {
    return this.words.describe(locale);
  }
}

@injectable()
export class TokensAuditArea implements AuditArea {
  readonly area = 'api-tokens';
  readonly label = 'audit.area.api-tokens';

  constructor(@inject(PermissionWords) private readonly words: PermissionWords) {}

  describe(_record: AuditRecord, locale?: string): AuditDescription {
    return this.words.describe(locale);
  }
}
