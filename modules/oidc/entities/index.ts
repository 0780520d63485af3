import { AttemptEntity } from './attempt-entity.js';
import { LogoutTokenEntity } from './logout-token-entity.js';
import { ProviderEntity } from './provider-entity.js';

export default [AttemptEntity, LogoutTokenEntity, ProviderEntity];
