import { ApiTokenEntity } from './api-token-entity.js';
import { GroupEntity, GroupMemberEntity, GroupRoleEntity } from './group-entities.js';
import { KnownDeviceEntity } from './known-device-entity.js';
import { PersonEntity } from './person-entity.js';
import { RoleAssignmentEntity } from './role-assignment-entity.js';
import { RoleEntity } from './role-entity.js';
import { RolePermissionEntity } from './role-permission-entity.js';
import { SessionEntity } from './session-entity.js';

const groups = [GroupEntity, GroupMemberEntity, GroupRoleEntity];
const roles = [RoleEntity, RoleAssignmentEntity, RolePermissionEntity];

export default [ApiTokenEntity, KnownDeviceEntity, PersonEntity, SessionEntity, ...roles, ...groups];
