import { toast } from '@portico/core/client';

/** The page of one document: its checksums can be copied, where the browser lets a page write to the clipboard. */
for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copy]')) {
  button.hidden = !navigator.clipboard;
  button.addEventListener('click', () => {
    void navigator.clipboard.writeText(button.dataset.copy ?? '').then(() => toast(button.dataset.copied ?? '', 'success'));
  });
}
