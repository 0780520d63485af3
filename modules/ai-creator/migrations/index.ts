import { CreateGenerations1763800000000 } from './create-generations.js';

export default [CreateGenerations1763800000000];
