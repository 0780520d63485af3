import { AccountLinkEntity } from './account-link-entity.js';
import { ApiTokenEntity } from './api-token-entity.js';
import { KnownDeviceEntity } from './known-device-entity.js';
import { PersonEntity } from './person-entity.js';
import { RoleAssignmentEntity } from './role-assignment-entity.js';
import { RolePermissionEntity } from './role-permission-entity.js';
import { SessionEntity } from './session-entity.js';

export default [
  AccountLinkEntity,
  ApiTokenEntity,
  KnownDeviceEntity,
  PersonEntity,
  SessionEntity,
  RoleAssignmentEntity,
  RolePermissionEntity,
];
