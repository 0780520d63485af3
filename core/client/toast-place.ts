/** A modal dialog makes the rest of the page inert and lies over it: while one is open, sentences appear, and are heard, inside the uppermost, below its heading, where they cover nothing. */
export function keepToastsIn(dialog: HTMLDialogElement): void {
  const toasts = document.querySelector('portico-toasts');
  const before = toasts?.parentElement;
  const next = toasts?.nextSibling ?? null;
  if (!toasts || !before) return;
  dialog.querySelector('.modal-header')?.after(toasts);
  dialog.addEventListener(
    'close',
    () => {
      if (!dialog.contains(toasts)) return;
      if (!before.isConnected) document.body.prepend(toasts);
      else before.insertBefore(toasts, next?.parentNode === before ? next : null);
    },
    { once: true },
  );
}
