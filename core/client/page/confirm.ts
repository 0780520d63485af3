import { ask } from '../question.js';
import { portalMessage } from '../translator.js';

/** Asks before a form with `data-confirm` is sent. */
export function confirmForms(): void {
  document.addEventListener(
    'submit',
    (event) => {
      const form = event.target as HTMLFormElement;
      const submitter = event.submitter;
      const question = submitter?.dataset.confirm ?? form.dataset.confirm;
      if (!question || 'confirmed' in form.dataset) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      ask(
        question,
        submitter?.dataset.confirmLabel ?? form.dataset.confirmLabel ?? portalMessage('confirm'),
        submitter ?? undefined,
        () => {
          form.dataset.confirmed = '';
          for (const field of form.querySelectorAll<HTMLInputElement>('[data-when-confirmed]')) field.disabled = false;
          form.requestSubmit(submitter);
          delete form.dataset.confirmed;
        },
      );
    },
    { capture: true },
  );
}
