import { type ExtensionPoint, extensionPoint } from '@portico/core';

/** What a caller can use, best first: the selector answers with the first that the chosen view can give. */
export type ReturnType = 'image-url' | 'file-url' | 'document-id';

/** What a caller of the selector wants. */
export interface ItemSelectorCriterion {
  readonly itemType: 'image' | 'document';
  readonly returnTypes: readonly ReturnType[];
  /** Whether the person may add new items while choosing. */
  readonly uploads: boolean;
}

/** What the selector answers, as the detail of the event `portico:item-selected`. */
export interface SelectedItem {
  readonly returnType: ReturnType;
  /** The address or the id, by return type. */
  readonly value: string;
  readonly title: string;
  readonly altText: string;
}

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
export const ItemSelectorViews: ExtensionPoint<ItemSelectorView> = extensionPoint('item-selector.views');

/** Writes a criterion as a query string: `type=image&return=image-url,file-url&uploads=true`. */
export function criterionQuery(criterion: ItemSelectorCriterion): string {
  return new URLSearchParams({
    type: criterion.itemType,
    return: criterion.returnTypes.join(','),
    uploads: String(criterion.uploads),
  }).toString();
}
