import { CreateProviders1764720000000 } from './create-providers.js';

export default [CreateProviders1764720000000];
