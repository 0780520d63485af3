import { PortalFault, portalFetch } from '@portico/core/client';

/** Changing a value says that it is meant: the source follows, so that nothing typed or ticked is lost to "Inherit". */
for (const mode of document.querySelectorAll<HTMLSelectElement>('select[data-setting-mode]')) {
  const control = document.getElementById(mode.dataset.settingMode ?? '');
  control?.addEventListener('input', () => {
    mode.value = 'own';
  });
  mode.addEventListener('change', () => {
    if (control instanceof HTMLInputElement && control.type === 'checkbox' && mode.value === 'inherit')
      control.checked = mode.dataset.settingInherited === 'on';
  });
}

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
