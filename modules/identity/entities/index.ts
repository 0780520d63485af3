import { AccountLinkEntity } from './account-link-entity.js';
import { ApiTokenEntity } from './api-token-entity.js';
import { AuthenticatorEntity } from './authenticator-entity.js';
import { ExternalGrantEntity, ExternalIdentityEntity, ExternalSessionEntity } from './external-entities.js';
import { GroupEntity, GroupMemberEntity, GroupRoleEntity } from './group-entities.js';
import { KnownDeviceEntity } from './known-device-entity.js';
import { LastSiteEntity } from './last-site-entity.js';
import { PasskeyEntity } from './passkey-entity.js';
import { PersonEntity } from './person-entity.js';
import { RecoveryCodeEntity } from './recovery-code-entity.js';
import { RoleAssignmentEntity } from './role-assignment-entity.js';
import { RoleEntity } from './role-entity.js';
import { RolePermissionEntity } from './role-permission-entity.js';
import { ServiceAccountEntity, ServiceAccountRoleEntity } from './service-account-entities.js';
import { SessionEntity } from './session-entity.js';
import { SignInCountEntity } from './sign-in-count-entity.js';

const groups = [GroupEntity, GroupMemberEntity, GroupRoleEntity];
const roles = [RoleEntity, RoleAssignmentEntity, RolePermissionEntity];

export default [
  AccountLinkEntity,
  ApiTokenEntity,
  AuthenticatorEntity,
  ExternalGrantEntity,
  ExternalIdentityEntity,
  ExternalSessionEntity,
  KnownDeviceEntity,
  LastSiteEntity,
  PasskeyEntity,
  PersonEntity,
  RecoveryCodeEntity,
  ServiceAccountEntity,
  ServiceAccountRoleEntity,
  SessionEntity,
  SignInCountEntity,
  ...roles,
  ...groups,
];
