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
  /** True for what a machine made. */
  readonly generated?: boolean;
  /** What may stand below the picture; left out: nobody suggests anything. */
  readonly caption?: SuggestedCaption;
}

/** A visible caption that the giver of an item suggests. The author of the text decides. */
export interface SuggestedCaption {
  readonly text: string;
  /** Whether it stands there from the start; else it is only offered. */
  readonly shown: boolean;
}

/** Writes a criterion as a query string: `type=image&return=image-url,file-url&uploads=true`. */
export function criterionQuery(criterion: ItemSelectorCriterion): string {
  return new URLSearchParams({
    type: criterion.itemType,
    return: criterion.returnTypes.join(','),
    uploads: String(criterion.uploads),
  }).toString();
}
