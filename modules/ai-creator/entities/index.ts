import { Breaker } from './breaker.js';
import { Budget } from './budget.js';
import { GeneratedImage } from './generated-image.js';
import { Generation } from './generation.js';
import { KnownModel } from './known-model.js';
import { Price } from './price.js';
import { UsageEntry } from './usage-entry.js';

export default [Generation, GeneratedImage, UsageEntry, Price, Budget, KnownModel, Breaker];
