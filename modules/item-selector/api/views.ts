import { type ConditionalPoint, extensionPoint } from '@portico/core';
import type { ItemSelectorCriterion, ReturnType } from './criterion.js';

/**
 * A tab of the selector. The dialog asks for `href` with the criterion as query (see `criterionQuery`) and the header `X-Portico-Fragment: 1` and
 * shows the fragment; an element in it dispatches a bubbling `portico:item-selected` with a SelectedItem.
 */
export interface ItemSelectorView {
  /** Message key, looked up in the contributing module. */
  readonly label: string;
  readonly icon?: string;
  /** `~/…` in the current site. */
  readonly href: string;
  readonly itemTypes: readonly ItemSelectorCriterion['itemType'][];
  readonly returnTypes: readonly ReturnType[];
  /** Script of the module that defines the fragment's elements, e.g. `selector.js`. */
  readonly script?: string;
}

/** Tabs of the selector; the contribution's id is the tab's stable id, `order` its place. */
export const ItemSelectorViews: ConditionalPoint<ItemSelectorView> = extensionPoint('item-selector.views', {
  requires: { label: 'text', href: 'text', itemTypes: 'list', returnTypes: 'list' },
  conditional: true,
  called: 'point.view',
});
