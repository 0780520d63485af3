import { ChoiceProviders, SettingsDefinitions } from '@portico/configuration/api';
import {
  AccessControl,
  AccessExplainers,
  ApiTokens,
  AuditAreas,
  Commands,
  DemoContents,
  defineModule,
  FirstSteps,
  HttpRoutes,
  IntegrityChecks,
  MenuItems,
  ModuleBelongings,
  Permissions,
  PersonalData,
  PersonalMenuItems,
  PersonDirectory,
  RoleReferences,
  SecretStores,
  Sessions,
  SiteContents,
} from '@portico/core';
import { ExternalSignIn, People, Roles, SignInMethods } from './api/index.js';
import { EndSessions, ListSessions, ListTokens, RemoveSecondFactors, RevokeTokens } from './commands/access-commands.js';
import { DisableUser, EnableUser, SetUserPassword } from './commands/account-commands.js';
import {
  AddGroup,
  AddGroupMember,
  GrantGroupRole,
  ListGroups,
  RemoveGroup,
  RemoveGroupMember,
  RevokeGroupRole,
} from './commands/group-commands.js';
import { DeleteUser, ExportUser, MergeUsers } from './commands/lifecycle-commands.js';
import {
  AddRole,
  AllowPermission,
  DenyPermission,
  ListPermissions,
  ListRoles,
  RemoveRole,
  RenameRole,
} from './commands/own-role-commands.js';
import { GrantRole, RevokeRole } from './commands/role-commands.js';
import { AddUser, ListUsers } from './commands/users.js';
import { AccountRoutes } from './http/account-routes.js';
import { ApiTokenRoutes } from './http/api-token-routes.js';
import { ConnectionRoutes, ExternalStepRoutes } from './http/connection-routes.js';
import { ExternalSignInPages } from './http/external-sign-in-pages.js';
import { GroupsRoutes } from './http/groups-routes.js';
import { MembershipsRoutes } from './http/memberships-routes.js';
import { OwnEmailRoutes } from './http/own-email-routes.js';
import { OwnFactorsRoutes } from './http/own-factors-routes.js';
import { OwnLanguageRoutes } from './http/own-language-routes.js';
import { OwnSessionsRoutes } from './http/own-sessions-routes.js';
import { PeopleRoutes } from './http/people-routes.js';
import { PersonAccessRoutes } from './http/person-access-routes.js';
import { OwnExportRoutes, PersonLifecycleRoutes } from './http/person-lifecycle-routes.js';
import { RecoveryRoutes } from './http/recovery-routes.js';
import { RolesRoutes } from './http/roles-routes.js';
import { SecondStepRoutes } from './http/second-step-routes.js';
import { SignInRoutes, SignOutRoutes } from './http/sign-in-routes.js';
import { AccountRecovery } from './services/account-recovery.js';
import { AccountRepository } from './services/account-repository.js';
import { ApiTokenRepository } from './services/api-token-repository.js';
import { AuthenticatorApp } from './services/authenticator-app.js';
import { ExternalGrants } from './services/external-grants.js';
import { GrantsBelongings } from './services/grants-belongings.js';
import { AdministratorCheck, MembershipCheck, OwnerlessGrantsCheck, RoleNamesCheck } from './services/identity-checks.js';
import { identityPermissions, manageMemberships, managePeople, manageRoles } from './services/identity-permissions.js';
import { DemoPeople, IdentityStart, PeopleStep } from './services/identity-start.js';
import { SiteMemberships } from './services/people-lifecycle.js';
import { PermissionExplainer } from './services/permission-explainer.js';
import { RoleAccessControl } from './services/role-access-control.js';
import { RoleCatalog } from './services/role-catalog.js';
import { RoleChoices, signInSettings } from './services/second-factor-policy.js';
import { SessionStore } from './services/session-store.js';

const groupCommands = [ListGroups, AddGroup, RemoveGroup, GrantGroupRole, RevokeGroupRole, AddGroupMember, RemoveGroupMember];
const roleCommands = [ListPermissions, ListRoles, AddRole, RenameRole, RemoveRole, AllowPermission, DenyPermission];

export default defineModule(({ host, provide, contribute, run }) => {
  host(Permissions);
  host(RoleReferences);
  host(SignInMethods);
  host(PersonalData);
  provide(ExternalSignIn).to(ExternalSignInPages);
  contribute(RoleReferences).to(ExternalGrants);
  provide(Sessions).to(SessionStore);
  provide(ApiTokens).to(ApiTokenRepository);
  provide(AccessControl).to(RoleAccessControl);
  provide(People).to(AccountRepository);
  provide(Roles).to(RoleCatalog);
  provide(PersonDirectory).to(AccountRepository);
  run(IdentityStart);
  run(AccountRecovery);

  for (const permission of identityPermissions) contribute(Permissions).value(permission, { id: permission.id });

  contribute(AuditAreas).value({ area: 'api-tokens', label: 'audit.area.api-tokens' }, { id: 'api-tokens' });
  contribute(AuditAreas).value({ area: 'roles', label: 'audit.area.roles' }, { id: 'roles' });
  contribute(AuditAreas).value({ area: 'groups', label: 'audit.area.groups' }, { id: 'groups' });
  contribute(HttpRoutes).to(SignInRoutes);
  contribute(HttpRoutes).to(SecondStepRoutes);
  contribute(HttpRoutes).to(ExternalStepRoutes);
  contribute(HttpRoutes).to(SignOutRoutes);
  contribute(HttpRoutes).to(AccountRoutes);
  contribute(HttpRoutes).to(OwnLanguageRoutes);
  contribute(HttpRoutes).to(OwnFactorsRoutes);
  contribute(HttpRoutes).to(OwnSessionsRoutes);
  contribute(HttpRoutes).to(ConnectionRoutes);
  contribute(HttpRoutes).to(ApiTokenRoutes);
  contribute(HttpRoutes).to(PeopleRoutes);
  contribute(HttpRoutes).to(GroupsRoutes);
  contribute(HttpRoutes).to(PersonAccessRoutes);
  contribute(HttpRoutes).to(PersonLifecycleRoutes);
  contribute(HttpRoutes).to(OwnExportRoutes);
  contribute(HttpRoutes).to(RolesRoutes);
  contribute(HttpRoutes).to(MembershipsRoutes);
  contribute(HttpRoutes).to(RecoveryRoutes);
  contribute(HttpRoutes).to(OwnEmailRoutes);

  contribute(PersonalMenuItems).value({ label: 'account.title', href: '/account' }, { id: 'account', order: 10 });
  contribute(PersonalMenuItems).value(
    { label: 'sign-out.button', href: '/sign-out', method: 'post' },
    { id: 'sign-out', order: 1000 },
  );
  contribute(MenuItems).value(
    { label: 'people.title', href: '/identity/users', menu: 'control-panel', category: 'users', icon: 'users' },
    { id: 'people', order: 10, when: { permission: managePeople } },
  );
  contribute(MenuItems).value(
    { label: 'roles.title', href: '/identity/roles', menu: 'control-panel', category: 'users', icon: 'user-plus' },
    { id: 'roles', order: 20, when: { permission: manageRoles } },
  );
  contribute(MenuItems).value(
    { label: 'memberships.title', href: '~/identity/memberships', category: 'configuration', icon: 'community' },
    { id: 'memberships', order: 50, when: { scope: 'site', permission: manageMemberships } },
  );

  for (const command of [AddUser, ListUsers, GrantRole, RevokeRole, EnableUser, DisableUser, SetUserPassword]) {
    contribute(Commands).to(command);
  }
  for (const command of [DeleteUser, MergeUsers, ExportUser]) contribute(Commands).to(command);
  for (const command of groupCommands) contribute(Commands).to(command);
  for (const command of roleCommands) contribute(Commands).to(command);
  for (const command of [ListSessions, EndSessions, ListTokens, RevokeTokens, RemoveSecondFactors])
    contribute(Commands).to(command);
  contribute(SecretStores).to(AuthenticatorApp);
  contribute(ChoiceProviders).to(RoleChoices);
  contribute(SettingsDefinitions).value(signInSettings, { id: 'sign-in' });
  contribute(AccessExplainers).to(PermissionExplainer);
  contribute(IntegrityChecks).to(AdministratorCheck);
  contribute(IntegrityChecks).to(MembershipCheck);
  contribute(IntegrityChecks).to(OwnerlessGrantsCheck);
  contribute(IntegrityChecks).to(RoleNamesCheck);
  contribute(SiteContents).to(SiteMemberships, { id: 'memberships' });
  contribute(ModuleBelongings).to(GrantsBelongings);
  contribute(FirstSteps).to(PeopleStep, { id: 'people', order: 40, when: { permission: managePeople } });
  contribute(DemoContents).to(DemoPeople, { order: 10 });
});
