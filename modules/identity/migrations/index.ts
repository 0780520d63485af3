import { CreateIdentity1763800000000 } from './create-identity.js';

export default [CreateIdentity1763800000000];
