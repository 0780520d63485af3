import { openDialog } from '@portico/core/client';
import { criterionQuery, type ItemSelectorCriterion, type SelectedItem } from '../api/criterion.js';

export interface ItemSelectorRequest {
  /** Address of the selector in the site that is worked in: `url('~/item-selector')` on the server. */
  readonly href: string;
  readonly criterion: ItemSelectorCriterion;
  /** Name of the dialog. Default **Select Image**, or **Select Document**. */
  readonly title?: string;
}

/** Opens the selector and answers what was chosen; undefined when the dialog was closed without choosing. */
export function openItemSelector({ href, criterion, title }: ItemSelectorRequest): Promise<SelectedItem | undefined> {
  const { promise, resolve } = deferred<SelectedItem | undefined>();
  const dialog = openDialog({
    href: `${href}?${criterionQuery(criterion)}`,
    title: title ?? (criterion.itemType === 'image' ? 'Select Image' : 'Select Document'),
    size: 'lg',
    events: ['portico:item-selected'],
  });
  dialog.addEventListener('portico:item-selected', (event) => {
    resolve((event as CustomEvent<SelectedItem>).detail);
    dialog.close();
  });
  dialog.addEventListener('portico:closed', () => resolve(undefined));
  return promise;
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

export type { ItemSelectorCriterion, ReturnType, SelectedItem, SuggestedCaption } from '../api/criterion.js';
