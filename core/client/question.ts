import { element, giveFocusBack, uniqueId } from './dom.js';
import { keepToastsIn } from './toast-place.js';
import { portalMessage } from './translator.js';

/** Asks one question in a dialog of its own; the keyboard stands on Cancel. `yes` is called when the button named `label` is pressed. */
export function ask(question: string, label: string, opener: HTMLElement | undefined, yes: () => void): void {
  const title = uniqueId('confirm-title');
  const text = uniqueId('confirm-text');
  const dialog = element('dialog', {
    class: 'portico-modal portico-modal-sm',
    role: 'alertdialog',
    'aria-labelledby': title,
    'aria-describedby': text,
  });
  const cancel = element('button', { class: 'btn btn-secondary', type: 'button' }, portalMessage('cancel'));
  const confirm = element('button', { class: 'btn btn-danger', type: 'button' }, label);
  cancel.addEventListener('click', () => dialog.close());
  confirm.addEventListener('click', () => {
    dialog.close();
    yes();
  });
  dialog.addEventListener('close', () => {
    dialog.remove();
    giveFocusBack(opener);
  });
  dialog.append(
    element(
      'div',
      { class: 'modal-content' },
      element(
        'div',
        { class: 'modal-header' },
        element('h2', { class: 'modal-title', id: title }, portalMessage('confirm-title')),
      ),
      element('div', { class: 'modal-body', id: text }, question),
      element('div', { class: 'modal-footer' }, cancel, confirm),
    ),
  );
  document.body.append(dialog);
  keepToastsIn(dialog);
  dialog.showModal();
  cancel.focus();
}

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
