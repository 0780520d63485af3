import { ApiTokenEntity } from './api-token-entity.js';
import { PersonEntity } from './person-entity.js';
import { RoleAssignmentEntity } from './role-assignment-entity.js';
import { RolePermissionEntity } from './role-permission-entity.js';
import { SessionEntity } from './session-entity.js';

export default [ApiTokenEntity, PersonEntity, SessionEntity, RoleAssignmentEntity, RolePermissionEntity];
