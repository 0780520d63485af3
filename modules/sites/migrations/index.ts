import { CreateSites1763800000000 } from './create-sites.js';

export default [CreateSites1763800000000];
