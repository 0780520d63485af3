import { AddGenerationDetails1763810000000 } from './add-generation-details.js';
import { CreateGenerations1763800000000 } from './create-generations.js';

export default [CreateGenerations1763800000000, AddGenerationDetails1763810000000];
