import { alertBox, loadingBox } from '../boxes.js';
import type { DialogElement, DialogOptions } from '../dialog.js';
import { element, focusableIn, giveFocusBack, uniqueId } from '../dom.js';
import { hasTypedWords } from '../form-state.js';
import { icon } from '../icon.js';
import { PortalFault, portalHeaders, readFault, send } from '../portal-fetch.js';
import { ask } from '../question.js';
import { signInLink } from '../sign-in.js';
import { keepToastsIn } from '../toast-place.js';
import { portalMessage } from '../translator.js';
import { sendDialogForm } from './dialog-form.js';

/**
 * A modal dialog around a fragment of a page. Keeps the focus inside and gives it back; Escape and a button named Close end it, after a question
 * when that would lose typed words.
 */
export class PorticoDialog extends HTMLElement implements DialogElement {
  private readonly dialog = element('dialog', { class: 'portico-modal' });
  private readonly content = element('div', { class: 'portico-modal-fragment' });
  private readonly aborter = new AbortController();
  private options: DialogOptions | undefined;
  private opener: HTMLElement | undefined;

  open(options: DialogOptions): void {
    this.options = options;
    this.opener = options.opener ?? (document.activeElement instanceof HTMLElement ? document.activeElement : undefined);
    this.build(options);
    keepToastsIn(this.dialog);
    this.listen();
    this.dialog.showModal();
    void this.load();
  }

  close(): void {
    if (this.dialog.open) this.dialog.close();
  }

  /** Shows a fragment in place of what is there. Scripts and styles it names are loaded; its own never run. */
  async show(html: string): Promise<void> {
    const page = new DOMParser().parseFromString(html, 'text/html');
    const needs = page.querySelector<HTMLTemplateElement>('template[data-fragment-assets]');
    needs?.remove();
    if (needs && isFromLaterVersion(needs)) {
      this.sayOlder();
      return;
    }
    for (const href of list(needs?.dataset.styles)) addStyle(href);
    for (const href of list(needs?.dataset.scripts)) imported.add(href);
    await Promise.all(list(needs?.dataset.scripts).map((href) => import(href)));
    this.content.replaceChildren(...[...page.body.childNodes].map((node) => document.importNode(node, true)));
    this.content.removeAttribute('aria-busy');
    if (!this.content.contains(document.activeElement)) this.focusFirst();
  }

  private build({ title, size }: DialogOptions): void {
    const id = uniqueId('dialog-title');
    const close = element(
      'button',
      {
        class: 'btn btn-monospaced quiet',
        type: 'button',
        'aria-label': portalMessage('close'),
        title: portalMessage('close'),
        'data-close': '',
      },
      icon('times'),
    );
    const heading = element('h2', { class: 'modal-title', id, tabindex: '-1' }, title);
    this.dialog.setAttribute('aria-labelledby', id);
    if (size) this.dialog.classList.add(`portico-modal-${size}`);
    const header = element('div', { class: 'modal-header' }, heading, close);
    this.dialog.append(element('div', { class: 'modal-content' }, header, this.content));
    this.append(this.dialog);
  }

  private listen(): void {
    this.dialog.addEventListener('close', () => this.finish());
    this.dialog.addEventListener('keydown', (event) => this.pressed(event));
    this.dialog.addEventListener('cancel', (event) => {
      if (event.target !== this.dialog || !hasTypedWords(this.content)) return;
      event.preventDefault();
      this.leave();
    });
    this.addEventListener('click', (event) => {
      if (!(event.target as Element).closest('[data-close]')) return;
      event.preventDefault();
      this.leave();
    });
    this.addEventListener('portico:close', (event) => {
      event.stopPropagation();
      if ((event as CustomEvent<{ readonly asks?: boolean } | null>).detail?.asks) this.leave();
      else this.close();
    });
    this.addEventListener('submit', (event) => {
      if (!event.defaultPrevented) sendDialogForm(event, this);
    });
    for (const type of this.options?.events ?? [])
      this.addEventListener(type, (event) => this.passOn(event as CustomEvent<unknown>));
  }

  /** Closes as a person does. */
  private leave(): void {
    if (!hasTypedWords(this.content)) {
      this.close();
      return;
    }
    const opener = document.activeElement instanceof HTMLElement ? document.activeElement : undefined;
    ask(portalMessage('leave-dialog'), portalMessage('leave-dialog-yes'), opener, () => this.close());
  }

  private async load(): Promise<void> {
    if (!this.options) return;
    this.content.setAttribute('aria-busy', 'true');
    this.content.replaceChildren(loadingBox());
    try {
      const { href, script } = this.options;
      const { signal } = this.aborter;
      if (script) imported.add(script);
      const [answer] = await Promise.all([send(href, { headers: portalHeaders(), signal }), script ? import(script) : undefined]);
      if (!answer.ok) throw await readFault(answer);
      await this.show(await answer.text());
    } catch (error) {
      if (!this.aborter.signal.aborted) this.fail(error instanceof PortalFault ? error : undefined);
    }
  }

  private fail(fault: PortalFault | undefined): void {
    const again = element('button', { class: 'btn btn-secondary', type: 'button' }, portalMessage('retry'));
    again.addEventListener('click', () => void this.load());
    const signIn = fault?.status === 401 ? signInLink('btn btn-primary') : undefined;
    const look = signIn ? 'btn btn-secondary' : 'btn btn-primary';
    const close = element('button', { class: look, type: 'button', 'data-close': '' }, portalMessage('close'));
    this.content.removeAttribute('aria-busy');
    this.content.replaceChildren(
      element('div', { class: 'modal-body' }, alertBox(fault?.message ?? portalMessage('open-failed'), fault?.reference)),
      element('div', { class: 'modal-footer' }, ...(signIn ? [close, signIn] : [again, close])),
    );
    (signIn ?? close).focus();
  }

  /** Scripts of two versions of a module do not agree: nothing of the later one is taken into a page of the earlier. */
  private sayOlder(): void {
    const reload = element('button', { class: 'btn btn-primary', type: 'button' }, portalMessage('reload'));
    reload.addEventListener('click', () => location.reload());
    const close = element('button', { class: 'btn btn-secondary', type: 'button', 'data-close': '' }, portalMessage('close'));
    this.content.removeAttribute('aria-busy');
    this.content.replaceChildren(
      element('div', { class: 'modal-body' }, alertBox(portalMessage('page-older'))),
      element('div', { class: 'modal-footer' }, close, reload),
    );
    reload.focus();
  }

  private focusFirst(): void {
    const wanted = this.content.querySelector<HTMLElement>('[autofocus], [aria-invalid="true"]');
    const first = wanted ?? focusableIn(this.content).find((found) => !found.matches('[data-close]'));
    (first ?? this.dialog.querySelector<HTMLElement>('.modal-header [data-close]'))?.focus();
  }

  /** The browser keeps the rest of the page inert; this keeps Tab from wandering off into the browser's own bars. */
  private pressed(event: KeyboardEvent): void {
    if (event.defaultPrevented) return;
    // The browser lets `cancel` be prevented once only, until the page is used again.
    if (event.key === 'Escape' && hasTypedWords(this.content)) {
      event.preventDefault();
      this.leave();
    }
    if (event.key !== 'Tab') return;
    const stops = focusableIn(this.dialog);
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    if (document.activeElement !== edge && document.activeElement !== this.dialog) return;
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
  }

  private passOn(event: CustomEvent<unknown>): void {
    event.stopPropagation();
    const target = this.opener?.isConnected ? this.opener : document.body;
    const again = new CustomEvent(event.type, { bubbles: true, cancelable: true, detail: event.detail });
    if (!target.dispatchEvent(again)) event.preventDefault();
    else if (this.options?.refreshes) location.reload();
  }

  private finish(): void {
    this.aborter.abort();
    this.dispatchEvent(new CustomEvent('portico:closed'));
    this.remove();
    giveFocusBack(this.opener);
  }
}

/** Scripts that fragments asked for, and that no element of the page names. */
const imported = new Set<string>();

/** Whether a fragment was made by another version of its module than what this page has loaded. */
function isFromLaterVersion({ dataset }: HTMLTemplateElement): boolean {
  const wanted = [dataset.folder, ...list(dataset.scripts), ...list(dataset.styles)].flatMap((address) => versionOf(address));
  const inPage = [...document.querySelectorAll<HTMLElement>('script[src], link[rel="stylesheet"]')].map(
    (found) => found.getAttribute('src') ?? found.getAttribute('href') ?? '',
  );
  const loaded = [...inPage, ...imported].flatMap((address) => versionOf(address));
  return wanted.some(({ owner, hash }) => loaded.some((each) => each.owner === owner && each.hash !== hash));
}

/** Of an address `/assets/<module>/<hash>/…`. */
function versionOf(address: string | undefined): readonly { readonly owner: string; readonly hash: string }[] {
  const [, owner, hash] = /^\/assets\/([^/]+)\/([0-9a-f]{16})\//.exec(address ?? '') ?? [];
  return owner && hash ? [{ owner, hash }] : [];
}

function list(value: string | undefined): string[] {
  return value?.split(' ').filter(Boolean) ?? [];
}

function addStyle(href: string): void {
  if (document.querySelector(`link[href="${CSS.escape(href)}"]`)) return;
  document.head.append(element('link', { rel: 'stylesheet', href }));
}
