import { element } from '../dom.js';
import { type Field, isChanged, typed } from '../form-state.js';
import { icon } from '../icon.js';
import { personKey } from '../person.js';
import { toast } from '../toast.js';
import { portalMessage } from '../translator.js';

/** A form that was sent and whose answer did not say that it was taken; in this tab, of this person. */
interface SentForm {
  readonly person: string;
  /** Path of the page that the form stands on. */
  readonly page: string;
  readonly action: string;
  /** By name and value: text, and what was ticked or chosen. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** An error or the sign-in came instead of an answer. */
  readonly isLost: boolean;
}

/** Each form has a place of its own, by where it is sent. */
const place = 'portico.sent-form:';

/**
 * What a person typed is not lost by leaving a page: every form that sends something asks first while it differs from what the server wrote into it.
 * `data-unsaved` on a form says otherwise: `off` never asks, `kept` is safe elsewhere at this moment, `goes` takes along what is unsaved on its page.
 *
 * A form whose answer is an error or the sign-in is kept in this tab, without passwords and files, and filled in again when its page is shown next.
 */
export function watchUnsaved(stay: () => void): void {
  const leaving = new Set<HTMLFormElement>();
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.method !== 'post') return;
    leaving.add(form);
    if (form.dataset.unsaved === 'goes') for (const other of document.forms) leaving.add(other);
    keepSent(form);
  });
  addEventListener('beforeunload', (event) => {
    if (![...document.forms].some((form) => !leaving.has(form) && isUnsaved(form))) return;
    event.preventDefault();
    // This runs when the person stays: the form that was on its way can be sent again.
    setTimeout(() => {
      leaving.clear();
      stay();
    });
  });
  addEventListener('pageshow', () => leaving.clear());
  lookBack();
}

/** A field that takes no more lets the browser cut what is pasted into it, in silence: then it is said. */
export function sayWhatIsCut(): void {
  document.addEventListener('paste', ({ target, clipboardData }) => {
    if (!(target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) || target.maxLength < 0) return;
    const { value, selectionStart, selectionEnd, maxLength } = target;
    const pasted = (clipboardData?.getData('text/plain') ?? '').replaceAll('\r\n', '\n');
    const selected = (selectionEnd ?? 0) - (selectionStart ?? 0);
    if (value.length - selected + pasted.length > maxLength) toast(portalMessage('paste-cut'), 'warning');
  });
}

/** Dialogs have their own way of closing; a form that its own script sends has, too. */
function isUnsaved(form: HTMLFormElement): boolean {
  const state = form.dataset.unsaved;
  if (form.method !== 'post' || state === 'off' || state === 'kept' || state === 'goes' || form.closest('dialog')) return false;
  const fields = [...form.querySelectorAll<Field>(typed)];
  // A form that came back with an error holds what was typed before: the server did not take it.
  const isRefused = form.querySelector('[aria-invalid="true"], .field-error, .alert-danger') !== null;
  return fields.some((field) => isChanged(field)) || (isRefused && fields.length > 0);
}

const isSecret = (field: Field): boolean => field instanceof HTMLInputElement && field.type === 'password';

function keepSent(form: HTMLFormElement): void {
  const fields = [...form.querySelectorAll<Field>(typed)].filter((field) => field.name !== '' && !isSecret(field));
  const changed = fields.filter(isChanged);
  if (changed.length === 0 || form.dataset.unsaved === 'off') return;
  const sent: SentForm = {
    person: personKey(),
    page: location.pathname,
    action: form.action,
    fields: fields.filter(isOn).flatMap(valuesOf),
    isLost: false,
  };
  try {
    sessionStorage.setItem(place + form.action, JSON.stringify(sent));
  } catch {
    // Full, or not allowed: then the browser's own way back is what is left.
  }
}

const isOn = (field: Field): boolean =>
  !(field instanceof HTMLInputElement && (field.type === 'checkbox' || field.type === 'radio')) || field.checked;

const valuesOf = (field: Field): readonly (readonly [string, string])[] =>
  field instanceof HTMLSelectElement
    ? [...field.selectedOptions].map(({ value }): [string, string] => [field.name, value])
    : [[field.name, field.value]];

/** What became of the forms that were sent from the pages before. */
function lookBack(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(place)) lookBackAt(key);
}

function lookBackAt(key: string): void {
  const sent = JSON.parse(sessionStorage.getItem(key) ?? '{}') as SentForm;
  if (document.querySelector('[data-error-page]') || location.pathname.startsWith('/sign-in')) {
    sessionStorage.setItem(key, JSON.stringify({ ...sent, isLost: true }));
    return;
  }
  const form = [...document.forms].find(({ action, method }) => method === 'post' && action === sent.action);
  const isHere = form && sent.page === location.pathname && sent.person === personKey();
  // Elsewhere it waits: the way back to a form may lead over other pages.
  if (sent.isLost && !isHere) return;
  sessionStorage.removeItem(key);
  if (sent.isLost && isHere) fillIn(form, sent);
}

function fillIn(form: HTMLFormElement, { fields }: SentForm): void {
  const changed: Field[] = [];
  for (const field of form.querySelectorAll<Field>(typed)) {
    if (field.name === '' || isSecret(field)) continue;
    const values = fields.filter(([name]) => name === field.name).map(([, value]) => value);
    if (write(field, values)) changed.push(field);
  }
  if (changed.length === 0) return;
  for (const field of changed) {
    field.dispatchEvent(new Event('portico:restored'));
    field.dispatchEvent(new Event('input', { bubbles: true }));
    field.dispatchEvent(new Event('change', { bubbles: true }));
  }
  const note = element('div', { class: 'alert alert-warning', role: 'alert' }, icon('warning-full'));
  note.append(element('div', { class: 'grow' }, portalMessage('form-restored')));
  form.prepend(note);
}

/** Answers whether the field had to change. */
function write(field: Field, values: readonly string[]): boolean {
  if (field instanceof HTMLSelectElement) {
    const options = [...field.options].filter((option) => option.selected !== values.includes(option.value));
    for (const option of options) option.selected = !option.selected;
    return options.length > 0;
  }
  if (field instanceof HTMLInputElement && (field.type === 'checkbox' || field.type === 'radio')) {
    const before = field.checked;
    field.checked = values.includes(field.value);
    return before !== field.checked;
  }
  const [value] = values;
  if (value === undefined || value === field.value) return false;
  field.value = value;
  return true;
}
