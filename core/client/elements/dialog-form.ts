import { alertBox } from '../boxes.js';
import { PortalFault, portalHeaders, readFault, send } from '../portal-fetch.js';
import { signInLink } from '../sign-in.js';
import { portalMessage } from '../translator.js';

/** What shows the answer to a form. */
interface FormHost extends Element {
  show(html: string): Promise<void>;
}

/**
 * Sends a form of a dialog without leaving the page. A redirect is followed as a page; a page of errors takes the place of the form;
 * anything else is said above the form, and what was typed stays.
 */
export function sendDialogForm(event: SubmitEvent, host: FormHost): void {
  const form = event.target as HTMLFormElement;
  if (form.method === 'dialog' || 'native' in form.dataset) return;
  event.preventDefault();
  if (form.ariaBusy === 'true') return;
  form.ariaBusy = 'true';
  void submit(form, event.submitter, host)
    .catch((error: unknown) =>
      say(form, error instanceof PortalFault ? error : new PortalFault(portalMessage('send-failed'), 'error', 0)),
    )
    .finally(() => {
      form.ariaBusy = null;
    });
}

async function submit(form: HTMLFormElement, submitter: HTMLElement | null, host: FormHost): Promise<void> {
  const answer = await send(...requestOf(form, submitter));
  const place = answer.headers.get('X-Portico-Location') ?? (answer.redirected ? answer.url : undefined);
  if (place !== undefined) {
    location.assign(place);
    return;
  }
  const isPage = answer.headers.get('Content-Type')?.includes('html') ?? false;
  if (isPage && (answer.ok || answer.status === 400 || answer.status === 409 || answer.status === 422)) {
    await host.show(await answer.text());
  } else if (answer.ok) location.reload();
  else throw await readFault(answer);
}

function requestOf(form: HTMLFormElement, submitter: HTMLElement | null): [string, RequestInit] {
  const data = new FormData(form, submitter);
  const entries = [...data].map(([name, value]): [string, string] => [name, typeof value === 'string' ? value : value.name]);
  const headers = { ...portalHeaders(), Accept: 'text/html' };
  if (form.method === 'get') return [`${form.action.split('?')[0]}?${new URLSearchParams(entries)}`, { headers }];
  const body = form.enctype === 'multipart/form-data' ? data : new URLSearchParams(entries);
  return [form.action, { method: 'POST', headers, body }];
}

function say(form: HTMLFormElement, fault: PortalFault): void {
  const place = form.querySelector('.modal-body') ?? form;
  place.querySelector(':scope > .alert[role="alert"]')?.remove();
  const box = alertBox(fault.message, fault.reference);
  if (fault.status === 401) box.append(signInLink('alert-link'));
  place.prepend(box);
}
