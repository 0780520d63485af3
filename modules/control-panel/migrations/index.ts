import { CreatePutAway1764770000000 } from './create-put-away.js';

export default [CreatePutAway1764770000000];
