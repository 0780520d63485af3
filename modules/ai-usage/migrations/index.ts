import { CreateUsage1764450000000 } from './create-usage.js';

export default [CreateUsage1764450000000];
