import { AccessControl, type Audience, inject, injectable, optional, type RoleName, type ServiceHandle } from '@portico/core';
import { DocumentPermissions } from '../api/documents.js';
import { permissionOfAction, type RuleAction, type RulePermissions } from './rules.js';

/** What a role may do with a folder or a document, and why. */
export interface RoleCell {
  readonly action: RuleAction;
  readonly may: boolean;
  /** Whether it may in the whole site. */
  readonly inSite: boolean;
  /** Nothing here can take it away: everybody has it, or it is to change permissions in the whole site. */
  readonly isFixed: boolean;
}

export interface RoleRow {
  readonly role: RoleName;
  readonly sees: boolean;
  readonly cells: readonly RoleCell[];
}

/** Administrators may everything, whatever a rule says. */
const always: RoleName = 'Administrator';
/** The role that everybody has. */
const everybody: RoleName = 'Guest';

const actionsOf: Readonly<Record<'folder' | 'document', readonly RuleAction[]>> = {
  folder: ['add', 'update', 'delete', 'change-permissions'],
  // Nothing is added to a document.
  document: ['update', 'delete', 'change-permissions'],
};

/** What each role may do with a folder or a document: as in the whole site, but for what its rule says otherwise. */
@injectable()
export class RoleMatrix {
  constructor(@inject(optional(AccessControl)) private readonly accessControl: ServiceHandle<AccessControl>) {}

  /** Those of which a rule can say something, the mightiest first. */
  roles(): readonly RoleName[] {
    return (this.accessControl.get()?.audienceRoles() ?? []).filter((role) => role !== always);
  }

  rows(kind: 'folder' | 'document', audience: Audience, permissions: RulePermissions): readonly RoleRow[] {
    const among = this.accessControl.get()?.rolesAmong(audience) ?? [];
    return this.roles().map((role) => ({
      role,
      sees:
        this.holds(role, DocumentPermissions.changePermissions) ||
        (among.includes(role) && this.holds(role, DocumentPermissions.view)),
      cells: actionsOf[kind].map((action) => {
        const inSite = this.mayInSite(role, action);
        const isFixed =
          inSite && (action === 'change-permissions' || this.holders(permissionOfAction[action]).includes(everybody));
        return { action, inSite, isFixed, may: isFixed || this.may(role, action, permissions) };
      }),
    }));
  }

  /** What a rule says so that roles may what is wanted: only what differs from the whole site, in one order. */
  saying(wanted: (role: RoleName, action: RuleAction) => boolean | undefined): RulePermissions {
    const rows = this.roles()
      .map((role) => {
        const decided = actionsOf.folder.flatMap((action): readonly [RuleAction, boolean][] => {
          const may = wanted(role, action);
          return may === undefined || may === this.mayInSite(role, action) ? [] : [[action, may]];
        });
        return [role, Object.fromEntries(decided)] as const;
      })
      .filter(([, decided]) => Object.keys(decided).length > 0)
      .sort(([one], [other]) => (one < other ? -1 : 1));
    return Object.fromEntries(rows);
  }

  /** What some role may by other permissions and may not by the ones before. */
  widened(before: RulePermissions, after: RulePermissions): readonly RuleAction[] {
    const roles = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return actionsOf.folder.filter((action) =>
      roles.some((role) => !this.may(role, action, before) && this.may(role, action, after)),
    );
  }

  private may(role: RoleName, action: RuleAction, permissions: RulePermissions): boolean {
    return permissions[role]?.[action] ?? this.mayInSite(role, action);
  }

  private mayInSite(role: RoleName, action: RuleAction): boolean {
    return this.holds(role, permissionOfAction[action]);
  }

  private holds(role: RoleName, permission: string): boolean {
    const holders = this.holders(permission);
    return holders.includes(role) || holders.includes(everybody);
  }

  private holders(permission: string): readonly RoleName[] {
    return this.accessControl.get()?.rolesWith(permission) ?? [];
  }
}
