export type { ItemSelectorCriterion, ReturnType, SelectedItem, SuggestedCaption } from '../api/criterion.js';
export { type ItemSelectorRequest, openItemSelector } from './open-item-selector.js';
