/** How a dialog is opened. */
export interface DialogOptions {
  /** Address of the fragment. */
  readonly href: string;
  /** Accessible name and heading. */
  readonly title: string;
  /** Address of a module script that defines the fragment's elements; loaded first. */
  readonly script?: string;
  readonly size?: 'sm' | 'lg' | 'full';
  /** Hears the `events` of the fragment, and gets the focus back. Default: what has the focus. */
  readonly opener?: HTMLElement;
  /** Names of events that bubble in the fragment and that the opener hears too. */
  readonly events?: readonly string[];
  /** Shows the page anew after one of the `events`, unless somebody called `preventDefault()` on it. */
  readonly refreshes?: boolean;
}

/** The element `<portico-dialog>`: made by `openDialog`, gone when it is closed. */
export interface DialogElement extends HTMLElement {
  open(options: DialogOptions): void;
  close(): void;
}

/** Opens a fragment in a modal dialog and answers the element: the fragment's events bubble to it, and `portico:closed` says that it is gone. */
export function openDialog(options: DialogOptions): DialogElement {
  const dialog = document.createElement('portico-dialog') as DialogElement;
  document.body.append(dialog);
  dialog.open(options);
  return dialog;
}

/** Closes the dialog that something inside it belongs to; with `asks` after a question when words were typed that are sent nowhere yet. */
export function closeDialog(inside: Element, { asks = false }: { readonly asks?: boolean } = {}): void {
  inside.dispatchEvent(new CustomEvent('portico:close', { bubbles: true, detail: { asks } }));
}
