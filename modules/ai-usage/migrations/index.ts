import { AddImageTokens1764480100000 } from './add-image-tokens.js';
import { AddStartingBudget1764480200000 } from './add-starting-budget.js';
import { CreateUsage1764450000000 } from './create-usage.js';
import { DropLateStartingBudget1764630000000 } from './drop-late-starting-budget.js';
import { RenameErrorCodes1764620000000 } from './rename-error-codes.js';

export default [
  CreateUsage1764450000000,
  AddImageTokens1764480100000,
  AddStartingBudget1764480200000,
  RenameErrorCodes1764620000000,
  DropLateStartingBudget1764630000000,
];
