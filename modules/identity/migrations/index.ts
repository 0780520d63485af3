import { CreateApiTokens1763900000000 } from './create-api-tokens.js';
import { CreateIdentity1763800000000 } from './create-identity.js';

export default [CreateIdentity1763800000000, CreateApiTokens1763900000000];
