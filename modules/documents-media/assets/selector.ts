import { alertBox, PortalFault, portalFetch, signInLink, toast, translator } from '@portico/core/client';
import type { ItemSelectorCriterion, ReturnType, SelectedItem } from '@portico/item-selector/api';
import type { AddedDocument, DocumentsAdded } from './parts/events.js';

/** The criterion as it came in the query. */
interface Criterion {
  readonly type: ItemSelectorCriterion['itemType'];
  readonly return: string;
}

/** The tab Documents and Media of the item selector: walks through folders in place, and answers what is chosen or was just added. */
class DocumentSelector extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener('click', (event) => this.clicked(event));
    this.addEventListener('submit', (event) => this.searched(event));
    this.addEventListener('portico:documents-added', (event) => this.added(event as CustomEvent<DocumentsAdded>));
  }

  private clicked(event: MouseEvent): void {
    const target = event.target as Element;
    const item = target.closest<HTMLElement>('[data-item]');
    if (item) this.select(JSON.parse(item.dataset.item ?? '') as SelectedItem);
    const link = target.closest<HTMLAnchorElement>('a[href]');
    if (!link || 'dialog' in link.dataset || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (!new URL(link.href).pathname.endsWith('/documents-media/selector')) return;
    event.preventDefault();
    void this.open(link.href);
  }

  private searched(event: SubmitEvent): void {
    const form = event.target as HTMLFormElement;
    if (form.getAttribute('role') !== 'search') return;
    event.preventDefault();
    const entries = [...new FormData(form)].map(([name, value]): [string, string] => [name, String(value)]);
    void this.open(`${form.action}?${new URLSearchParams(entries)}`);
  }

  private select(item: SelectedItem): void {
    this.dispatchEvent(new CustomEvent<SelectedItem>('portico:item-selected', { bubbles: true, cancelable: true, detail: item }));
  }

  /** One choice: the first that can be used is answered, the others stay in the folder. */
  private added(event: CustomEvent<DocumentsAdded>): void {
    event.preventDefault();
    event.stopPropagation();
    const { documents, folder } = event.detail;
    const translate = translator(this.dataset.messages);
    if (folder) {
      const url = new URL(this.dataset.self ?? location.href, location.href);
      for (const stale of ['after', 'before', 'q']) url.searchParams.delete(stale);
      url.searchParams.set('folder', folder.id);
      void this.open(url.href);
      return;
    }
    for (const document of documents) {
      const item = this.itemOf(document);
      if (!item) continue;
      const rest = documents.length - 1;
      if (rest > 0) toast(translate('others-stay', { name: document.name, count: rest }), 'info');
      this.select(item);
      return;
    }
    const [first] = documents;
    if (first) toast(translate('not-chosen', { name: first.name }), 'warning');
    if (this.dataset.self) void this.open(this.dataset.self);
  }

  /** In the order the caller prefers, what the new document can give. */
  private itemOf(document: AddedDocument): SelectedItem | undefined {
    const criterion = JSON.parse(this.dataset.criterion ?? '{}') as Criterion;
    const isImage = !document.isFile && document.mimeType.startsWith('image/');
    if (criterion.type === 'image' && !isImage) return undefined;
    const values: Readonly<Record<string, string | undefined>> = {
      'image-url': isImage ? document.view : undefined,
      'file-url': document.view.replace(/\/view$/, '/download'),
      'document-id': document.id,
    };
    const returnType = criterion.return.split(',').find((type): type is ReturnType => Boolean(values[type]));
    const value = returnType && values[returnType];
    const { id: _id, name: title, altText, mimeType: _type, view: _view, isFile: _isFile, note: _note, ...facts } = document;
    return value ? { returnType, value, title, altText, ...facts } : undefined;
  }

  /** Shows another folder or page in place of this one, and leads the keyboard there. */
  private async open(href: string): Promise<void> {
    this.setAttribute('aria-busy', 'true');
    try {
      const answer = await portalFetch(href, { headers: { Accept: 'text/html' } });
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const next = page.querySelector<HTMLElement>('portico-document-selector');
      if (!next) return;
      this.dataset.self = next.dataset.self;
      this.replaceChildren(...[...next.childNodes].map((node) => document.importNode(node, true)));
      this.querySelector<HTMLElement>('nav a, .selector-item, .tile a, input[type="search"]')?.focus();
    } catch (error) {
      this.querySelector(':scope > .alert[role="alert"]')?.remove();
      const box = alertBox(error instanceof Error ? error.message : String(error));
      if (error instanceof PortalFault && error.status === 401) box.append(signInLink('alert-link'));
      this.prepend(box);
      box.scrollIntoView({ block: 'nearest' });
    } finally {
      this.removeAttribute('aria-busy');
    }
  }
}

customElements.define('portico-document-selector', DocumentSelector);
