export type ToastKind = 'success' | 'info' | 'warning' | 'danger';

/** Where a toast leads. */
export interface ToastLink {
  readonly href: string;
  readonly text: string;
}

export interface Toast {
  readonly sentence: string;
  readonly kind: ToastKind;
  readonly link?: ToastLink | undefined;
}

const place = 'portico.toast';

/** Says one sentence at the bottom of the page, and to screen readers. */
export function toast(sentence: string, kind: ToastKind = 'info', link?: ToastLink): void {
  const detail: Toast = { sentence, kind, link };
  document.querySelector('portico-toasts')?.dispatchEvent(new CustomEvent('portico:toast', { detail }));
}

/** Says it on the page that comes next in this window. */
export function toastNext(sentence: string, kind: ToastKind = 'info', link?: ToastLink): void {
  const left: Toast = { sentence, kind, link };
  sessionStorage.setItem(place, JSON.stringify(left));
}

/** What the page before left to say; once. */
export function takeToast(): Toast | undefined {
  const left = sessionStorage.getItem(place);
  sessionStorage.removeItem(place);
  return left === null ? undefined : (JSON.parse(left) as Toast);
}
