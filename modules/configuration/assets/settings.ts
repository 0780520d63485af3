import { PortalFault, portalFetch } from '@portico/core/client';

/** What a row of the form would send. */
function sentBy(row: HTMLElement): string {
  const controls = row.querySelectorAll<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>('input, select, textarea');
  const sent = [...controls].filter((each) => !(each instanceof HTMLInputElement && /box|radio/.test(each.type)) || each.checked);
  return JSON.stringify(sent.map(({ name, value }) => [name, value]));
}

const rows = [...document.querySelectorAll<HTMLElement>('[data-setting]')];
const stored = new Map(rows.map((row) => [row, row.dataset.settingUnsaved === undefined ? sentBy(row) : undefined]));

/** Marks what is not saved yet, names it in the bar, and makes Save blue while there is something to save. */
function markUnsaved(): void {
  const unsaved = rows.filter((row) => sentBy(row) !== stored.get(row));
  for (const row of rows) row.querySelector('[data-setting-mark]')?.toggleAttribute('hidden', !unsaved.includes(row));
  const save = document.querySelector('[data-save]');
  save?.classList.toggle('btn-primary', unsaved.length > 0);
  save?.classList.toggle('btn-secondary', unsaved.length === 0);
  const state = document.querySelector<HTMLElement>('[data-save-state]');
  if (!state) return;
  const names = unsaved.map((row) => row.dataset.setting).join(', ');
  state.textContent = unsaved.length > 0 ? `${state.dataset.unsaved} ${names}` : (state.dataset.saved ?? '');
}

/** A site's field turns from what it inherits into a control and back, without asking the server. */
function open(row: HTMLElement, own: boolean): void {
  row.querySelector('.setting-inherited')?.toggleAttribute('hidden', own);
  row.querySelector('[data-setting-own]')?.toggleAttribute('hidden', !own);
  row.querySelector('[data-setting-while-inherited]')?.toggleAttribute('hidden', own);
  row.querySelector('[data-setting-while-inherited] + label')?.toggleAttribute('hidden', !own);
  setMode(row, own ? 'own' : 'inherit');
  markUnsaved();
}

function setMode(row: HTMLElement, mode: 'own' | 'inherit'): void {
  const field = row.querySelector<HTMLInputElement>('input[type="hidden"][name$=".mode"]');
  if (field) field.value = mode;
}

for (const row of rows) {
  const change = row.querySelector<HTMLButtonElement>('[data-setting-change]');
  const own = row.querySelector<HTMLElement>('[data-setting-own]');
  const before = own?.cloneNode(true);
  change?.addEventListener('click', (event) => {
    event.preventDefault();
    open(row, true);
    own?.querySelector<HTMLElement>('input:not([type="hidden"]), select, textarea')?.focus();
  });
  row.addEventListener('click', ({ target }) => {
    if (!(target instanceof Element) || !target.closest('[data-setting-inherit]') || !own || !before) return;
    // As the server wrote it: what was typed goes, as it does with a stored value.
    own.replaceChildren(...before.cloneNode(true).childNodes);
    open(row, false);
    change?.focus();
  });
  row.addEventListener('input', ({ target }) => {
    // Changing a value says that it is meant: nothing typed is lost to "inherit".
    if (own?.contains(target as Node)) setMode(row, 'own');
    markUnsaved();
  });
}
if (rows.length > 0) markUnsaved();

/** Tries out what is typed and shows the answer beside the button: the form, and a secret in it, stay as they are. */
for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-setting-action]')) {
  button.addEventListener('click', (event) => {
    const place = document.getElementById(button.dataset.settingAction ?? '');
    if (!button.form || !place) return;
    event.preventDefault();
    if (button.getAttribute('aria-disabled') !== 'true') void tryOut(button, button.form, place);
  });
}

async function tryOut(button: HTMLButtonElement, form: HTMLFormElement, place: HTMLElement): Promise<void> {
  button.setAttribute('aria-disabled', 'true');
  place.textContent = place.dataset.waiting ?? '';
  try {
    const fields = new FormData(form);
    fields.set(button.name, button.value);
    const body = new URLSearchParams([...fields].map(([name, value]) => [name, String(value)]));
    const answer = await portalFetch(form.getAttribute('action') ?? '', {
      method: 'POST',
      body,
      headers: { Accept: 'text/html' },
    });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    place.replaceChildren(...page.body.childNodes);
  } catch (error) {
    place.textContent = error instanceof PortalFault ? error.message : (place.dataset.failed ?? '');
  } finally {
    button.removeAttribute('aria-disabled');
  }
}
