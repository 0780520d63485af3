import { AddBudgetRevision1763848000000 } from './add-budget-revision.js';
import { AddDescriptionHash1763850000000 } from './add-description-hash.js';
import { AddFailureCategories1763846000000 } from './add-failure-categories.js';
import { AddGenerationDetails1763810000000 } from './add-generation-details.js';
import { AddModelProviders1763845000000 } from './add-model-providers.js';
import { AddPreviewTokens1763851000000 } from './add-preview-tokens.js';
import { AddPromptRetention1763849000000 } from './add-prompt-retention.js';
import { AddRetries1763841000000 } from './add-retries.js';
import { AddUnreadableFiles1764480000000 } from './add-unreadable-files.js';
import { AddVariations1763842000000 } from './add-variations.js';
import { CreateGenerations1763800000000 } from './create-generations.js';
import { CreateSpending1763830000000 } from './create-spending.js';
import { CreateWatch1763831000000 } from './create-watch.js';
import { DropStartingBudget1764490100000 } from './drop-starting-budget.js';
import { ForgetNamesInAudit1764490000000 } from './forget-names-in-audit.js';
import { KeepEnteredPrices1764481000000 } from './keep-entered-prices.js';
import { MoveUsage1764450100000 } from './move-usage.js';
import { RenameErrorCodes1764620100000, RenameErrorCodesOfUsage1764620000000 } from './rename-error-codes.js';
import { RenameToken1764470000000 } from './rename-token.js';
import { SettleGenerationDetails1764480000000 } from './settle-generation-details.js';

// Some only prepare databases that do not have a later one yet: `unlessApplied`.
export default [
  CreateGenerations1763800000000,
  AddGenerationDetails1763810000000,
  CreateSpending1763830000000,
  CreateWatch1763831000000,
  AddRetries1763841000000,
  AddModelProviders1763845000000,
  SettleGenerationDetails1764480000000,
  AddVariations1763842000000,
  AddFailureCategories1763846000000,
  AddBudgetRevision1763848000000,
  AddPromptRetention1763849000000,
  AddDescriptionHash1763850000000,
  AddPreviewTokens1763851000000,
  KeepEnteredPrices1764481000000,
  RenameErrorCodesOfUsage1764620000000,
  DropStartingBudget1764490100000,
  MoveUsage1764450100000,
  RenameToken1764470000000,
  AddUnreadableFiles1764480000000,
  ForgetNamesInAudit1764490000000,
  RenameErrorCodes1764620100000,
];
