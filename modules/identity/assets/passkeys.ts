import { portalFetch } from '@portico/core/client';
import {
  browserSupportsWebAuthn,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser';

/** What the browser is asked for, and what it says, as the text of a field. */
async function ceremony(form: HTMLFormElement): Promise<string> {
  const ticket = form.querySelector<HTMLInputElement>('input[name="ticket"]')?.value;
  const json = ticket === undefined ? {} : { ticket };
  const answer = await portalFetch(form.dataset.options ?? '', { method: 'POST', json });
  const options = (await answer.json()) as unknown;
  const said =
    form.dataset.passkey === 'create'
      ? await startRegistration({ optionsJSON: options as PublicKeyCredentialCreationOptionsJSON })
      : await startAuthentication({ optionsJSON: options as PublicKeyCredentialRequestOptionsJSON });
  return JSON.stringify(said);
}

/** A form that is sent with a passkey: first the browser asks for it, then the form goes as any other. */
function watch(form: HTMLFormElement): void {
  const place = form.querySelector<HTMLElement>('[data-passkey-error]');
  const response = form.querySelector<HTMLInputElement>('input[name="response"]');
  const button = form.querySelector('button');
  if (!place || !response || !button) return;
  form.hidden = false;
  let isAsking = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (isAsking) return;
    const name = form.querySelector<HTMLInputElement>('input[name="name"]');
    if (name && name.value.trim() === '') {
      name.focus();
      name.reportValidity();
      return;
    }
    isAsking = true;
    form.ariaBusy = 'true';
    place.hidden = true;
    ceremony(form)
      .then((said) => {
        response.value = said;
        form.submit();
      })
      .catch((error: unknown) => {
        isAsking = false;
        form.ariaBusy = null;
        // What a browser says about it is English and for engineers; an answer of the portal is a sentence for the person.
        const isOurs = error instanceof Error && error.name === 'PortalFault';
        place.textContent = isOurs ? error.message : (form.dataset.cancelled ?? '');
        place.hidden = false;
        button.focus();
      });
  });
}

if (browserSupportsWebAuthn()) for (const form of document.querySelectorAll<HTMLFormElement>('form[data-passkey]')) watch(form);
