import { AddImageTokens1764480100000 } from './add-image-tokens.js';
import { AddStartingBudget1764480200000 } from './add-starting-budget.js';
import { CreateUsage1764450000000 } from './create-usage.js';

export default [CreateUsage1764450000000, AddImageTokens1764480100000, AddStartingBudget1764480200000];
