import { openDialog, portalHeaders, toast, translator } from '@portico/core/client';
import { droppedFiles } from './parts/dropped-files.js';
import type { DocumentsAdded } from './parts/events.js';
import type { UploadElement } from './upload.js';

/** The list of Documents and Media: shows what was added without leaving the page, and takes files that are dropped on it. */
class DocumentsElement extends HTMLElement {
  private readonly released = new AbortController();
  /** `dragenter` and `dragleave` come for each child; the hint goes when the last one is left. */
  private depth = 0;

  connectedCallback(): void {
    this.addEventListener('portico:documents-added', (event) => this.added(event as CustomEvent<DocumentsAdded>));
    if (this.dataset.drop !== 'true') return;
    const { signal } = this.released;
    document.addEventListener('dragenter', (event) => this.drag(event, 1), { signal });
    document.addEventListener('dragleave', (event) => this.drag(event, -1), { signal });
    document.addEventListener('dragover', (event) => hasFiles(event) && event.preventDefault(), { signal });
    document.addEventListener('drop', (event) => this.dropped(event), { signal });
  }

  disconnectedCallback(): void {
    this.released.abort();
  }

  private added(event: CustomEvent<DocumentsAdded>): void {
    event.preventDefault();
    const { documents, folder, notice } = event.detail;
    if (folder) {
      location.assign(withParameters(this.dataset.list ?? location.href, { folder: folder.id }));
      return;
    }
    const [first] = documents;
    if (!first) return;
    const sentence = translator(this.dataset.messages)('added', { name: first.name, count: documents.length });
    const place = notice && !this.isAt(notice.place.href) ? notice.place : undefined;
    void this.refresh(documents.map(({ id }) => id)).then(() => toast(notice?.sentence ?? sentence, 'success', place));
  }

  private isAt(list: string): boolean {
    const folderOf = (href: string): string | null => new URL(href, location.href).searchParams.get('folder');
    return folderOf(list) === folderOf(this.dataset.list ?? location.href);
  }

  /** Shows the list anew with the new documents first, and leads the keyboard to them. */
  private async refresh(ids: readonly string[]): Promise<void> {
    const href = withParameters(this.dataset.list ?? location.href, { added: ids.join(',') });
    const answer = await fetch(href, { headers: portalHeaders() }).catch(() => undefined);
    if (!answer?.ok) {
      location.assign(href);
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const list = page.querySelector('portico-documents');
    if (!list) {
      location.assign(href);
      return;
    }
    this.replaceChildren(...[...list.childNodes].map((node) => document.importNode(node, true)));
    // The dialog that did the work gives the focus back first.
    setTimeout(
      () => this.querySelector<HTMLElement>(`[data-document="${CSS.escape(ids[0] ?? '')}"] a:not([tabindex])`)?.focus(),
      0,
    );
  }

  private drag(event: DragEvent, step: 1 | -1): void {
    if (!hasFiles(event)) return;
    this.depth = Math.max(0, this.depth + step);
    this.classList.toggle('drop-zone-over', this.depth > 0);
  }

  private dropped(event: DragEvent): void {
    if (!hasFiles(event) || event.defaultPrevented) return;
    event.preventDefault();
    this.depth = 0;
    this.classList.remove('drop-zone-over');
    const dropped = droppedFiles(event.dataTransfer);
    if (dropped.files.length + dropped.folders.length === 0 || document.querySelector('portico-dialog')) return;
    const opener = this.querySelector<HTMLElement>('.new-menu summary') ?? this;
    const dialog = openDialog({
      href: this.dataset.upload ?? '',
      title: this.dataset.uploadTitle ?? '',
      script: this.dataset.uploadScript,
      opener,
      events: ['portico:documents-added'],
      refreshes: true,
    });
    dialog.addEventListener('portico-upload:ready', (ready) => (ready.target as UploadElement).take(dropped));
  }
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false;
}

function withParameters(href: string, parameters: Readonly<Record<string, string>>): string {
  const url = new URL(href, location.href);
  for (const stale of ['after', 'before', 'q', 'added']) url.searchParams.delete(stale);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.pathname + url.search;
}

customElements.define('portico-documents', DocumentsElement);
