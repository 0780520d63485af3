import { alertBox, closeDialog, portalFetch, toast, translator } from '@portico/core/client';
import type { AddedDocument, DocumentsAdded } from '@portico/documents-media/api';
import type { ReturnType, SelectedItem } from '@portico/item-selector/api';

interface Added {
  readonly document: AddedDocument;
  readonly download: string;
}

/** Pictures to choose from, walked through in place. Without this script each is a button of a form, and the lists are pages. */
class StockPhotos extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener('click', (event) => this.clicked(event));
    this.addEventListener('submit', (event) => this.submitted(event));
  }

  private clicked(event: MouseEvent): void {
    const link = (event.target as Element).closest<HTMLAnchorElement>('.pager a');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void this.work(() => this.open(link.href));
  }

  private submitted(event: SubmitEvent): void {
    const form = event.target as HTMLFormElement;
    const isSearch = form.getAttribute('role') === 'search';
    // A page of its own goes on to the list, as the form does by itself.
    if (!isSearch && this.dataset.returns === undefined && !this.closest('portico-dialog')) return;
    event.preventDefault();
    if (this.getAttribute('aria-busy') === 'true') return;
    const entries = [...new FormData(form, event.submitter)].map(([name, value]): [string, string] => [name, String(value)]);
    void this.work(() =>
      isSearch ? this.open(`${form.action}?${new URLSearchParams(entries)}`) : this.add(form.action, Object.fromEntries(entries)),
    );
  }

  private async work(task: () => Promise<void>): Promise<void> {
    this.querySelector(':scope > .alert')?.remove();
    this.setAttribute('aria-busy', 'true');
    try {
      await task();
    } catch (error) {
      const box = alertBox(error instanceof Error ? error.message : String(error));
      this.prepend(box);
      box.scrollIntoView({ block: 'nearest' });
    } finally {
      this.removeAttribute('aria-busy');
    }
  }

  /** Shows another list in place of this one, and leads the keyboard there. */
  private async open(href: string): Promise<void> {
    const answer = await portalFetch(href, { headers: { Accept: 'text/html' } });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const next = page.querySelector('stock-photos');
    if (!next) return;
    this.replaceChildren(...[...next.childNodes].map((node) => document.importNode(node, true)));
    this.querySelector<HTMLElement>('.stock-photos-tile, input[type="search"]')?.focus();
  }

  private async add(href: string, { photo, folder }: Readonly<Record<string, string>>): Promise<void> {
    const json = { photo, ...(folder ? { folder } : {}) };
    const answer = await portalFetch(href, { method: 'POST', json, headers: { Accept: 'application/json' } });
    const added = (await answer.json()) as Added;
    const { returns } = this.dataset;
    if (returns !== undefined) {
      this.select(added, returns.split(','));
      return;
    }
    this.tell<DocumentsAdded>('portico:documents-added', { documents: [added.document] });
    closeDialog(this);
  }

  /** The first of what the caller takes that the document can give. */
  private select({ document: added, download }: Added, returns: readonly string[]): void {
    const { id, name, altText, view, isFile, caption } = added;
    const values: Readonly<Record<ReturnType, string | undefined>> = {
      'image-url': isFile ? undefined : view,
      'file-url': download,
      'document-id': id,
    };
    const returnType = returns.find((type): type is ReturnType => Boolean(values[type as ReturnType]));
    const value = returnType && values[returnType];
    if (!value) {
      toast(translator(this.dataset.messages)('unfit', { name }), 'warning');
      return;
    }
    this.tell<SelectedItem>('portico:item-selected', {
      returnType,
      value,
      title: name,
      altText,
      ...(caption ? { caption } : {}),
    });
  }

  private tell<T>(name: string, detail: T): void {
    this.dispatchEvent(new CustomEvent<T>(name, { bubbles: true, cancelable: true, detail }));
  }
}

customElements.define('stock-photos', StockPhotos);
