export type ToastKind = 'success' | 'info' | 'warning' | 'danger';

/** Says one sentence in the corner of the page, and to screen readers. */
export function toast(sentence: string, kind: ToastKind = 'info'): void {
  document.querySelector('portico-toasts')?.dispatchEvent(new CustomEvent('portico:toast', { detail: { sentence, kind } }));
}
