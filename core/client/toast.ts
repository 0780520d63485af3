export type ToastKind = 'success' | 'info' | 'warning' | 'danger';

/** Where a toast leads. */
export interface ToastLink {
  readonly href: string;
  readonly text: string;
}

/** Says one sentence in the corner of the page, and to screen readers. */
export function toast(sentence: string, kind: ToastKind = 'info', link?: ToastLink): void {
  document.querySelector('portico-toasts')?.dispatchEvent(new CustomEvent('portico:toast', { detail: { sentence, kind, link } }));
}
