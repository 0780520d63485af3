export type { CsvRow } from '../libraries/csv.js';
export { loadSharp, type Sharp } from '../libraries/sharp.js';
export { audienceCovers, audienceFields, audienceModel, audienceText, checkedAudience, everyone } from './audience.js';
export { isUniqueViolation } from './error-chain.js';
export { leastFileBytes, localAddress, nearest, readAll, scopeRefusal, switchWord } from './input.js';
export { type JsonText, JsonTextError, readJsonText, type TextPosition } from './json-text.js';
export {
  countUpTo,
  type KeysetPage,
  type KeysetRange,
  keysetSql,
  type ListPlace,
  type ListTotal,
  readKeysetPage,
  refillRows,
  type SortDirection,
  type Sorting,
  type SortKeys,
  type SqlCondition,
} from './keyset.js';
export { type MergedFields, mergeFields } from './merge-fields.js';
export { endsSignIn, ownerByName } from './module-owner.js';
export { type PersonalRows, personalRows } from './personal-rows.js';
export {
  chosenSorting,
  type SortedListModel,
  type SortLinks,
  sortedListFields,
  sortedListModel,
  sortHeadings,
  sortingOf,
  sortMenu,
  totalText,
  type WantedSorting,
} from './sorted-list.js';
export {
  addressFrom,
  cutText,
  foldText,
  hasInvisible,
  lettersOf,
  nameSortKey,
  searchPatterns,
  withNaturalNumbers,
  withoutInvisible,
  withoutLatinAccents,
  withPlainLetters,
} from './text.js';
export { csvStream, every, pages, textStream, yielding, yieldToEventLoop } from './timers.js';
