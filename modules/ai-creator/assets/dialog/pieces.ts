import { signInLink } from '@portico/core/client';
import type { Cause } from './requests.js';

export const formData = (form: HTMLFormElement): URLSearchParams =>
  new URLSearchParams([...new FormData(form)].map(([name, value]): [string, string] => [name, String(value)]));

/** Unlike `disabled`, this leaves the focus where it is: whoever pressed the button waits there. Each action checks for itself. */
export function lock(button: HTMLButtonElement, isLocked: boolean): void {
  button.classList.toggle('disabled', isLocked);
  button.setAttribute('aria-disabled', String(isLocked));
}

/** The one button of a row that stands out. */
export function emphasize(button: HTMLElement, stands: boolean): void {
  button.classList.toggle('btn-primary', stands);
  button.classList.toggle('btn-secondary', !stands);
}

function alertOf(sentence: string): HTMLElement {
  const alert = document.createElement('div');
  alert.className = 'alert alert-danger';
  alert.role = 'alert';
  alert.textContent = sentence;
  return alert;
}

/** As the server draws it below a generation that failed. */
export function causeOf(label: string, { cause = '', remedy = '', links = [] }: Cause): HTMLElement {
  const paragraph = document.createElement('p');
  paragraph.className = 'small soft create-image-cause';
  const strong = document.createElement('strong');
  strong.textContent = `${label}:`;
  paragraph.append(strong, ` ${cause} ${remedy} `);
  links.forEach(({ label: text, href, isExternal }, index) => {
    const link = Object.assign(document.createElement('a'), { className: 'failure-link', href, textContent: text });
    if (isExternal) Object.assign(link, { target: '_blank', rel: 'noopener noreferrer' });
    paragraph.append(...(index > 0 ? [' · '] : []), link);
  });
  return paragraph;
}

function feedbackOf(sentence: string): HTMLElement {
  const feedback = document.createElement('div');
  feedback.className = 'field-error';
  feedback.textContent = sentence;
  return feedback;
}

/** Shows one sentence above the form and one per field; leads the keyboard to the first field that needs attention. */
export function showProblems(
  dialog: HTMLElement,
  above: HTMLElement,
  sentence: string,
  fields: Readonly<Record<string, string>>,
  isSignedOut = false,
): void {
  const general = Object.keys(fields).length > 0 ? '' : sentence;
  const alert = general ? [alertOf(general)] : [];
  if (isSignedOut) for (const box of alert) box.append(' ', signInLink('alert-link'));
  above.replaceChildren(...alert);
  if (general) above.scrollIntoView({ block: 'nearest' });
  for (const group of dialog.querySelectorAll<HTMLElement>('[data-field]')) {
    const text = fields[group.dataset.field ?? ''];
    const control = group.querySelector<HTMLElement>('textarea, select');
    group.classList.toggle('has-error', text !== undefined);
    group.querySelector('[data-error]')?.replaceChildren(...(text ? [feedbackOf(text)] : []));
    if (text) control?.setAttribute('aria-invalid', 'true');
    else control?.removeAttribute('aria-invalid');
  }
  dialog.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}
