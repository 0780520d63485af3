import { CreateSettings1763800000001 } from './create-settings.js';

export default [CreateSettings1763800000001];
