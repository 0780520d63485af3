export type { ItemSelectorCriterion, ReturnType, SelectedItem } from '../api/criterion.js';
export { type ItemSelectorRequest, openItemSelector } from './open-item-selector.js';
