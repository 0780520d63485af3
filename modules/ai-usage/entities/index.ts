import { Budget } from './budget.js';
import { Price } from './price.js';
import { UsageEntry } from './usage-entry.js';

export default [UsageEntry, Price, Budget];
