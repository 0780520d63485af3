import type { Translate } from '@portico/core/client';

export type UploadState = 'waiting' | 'uploading' | 'done' | 'failed';

export interface RowActions {
  remove(): void;
  retry(): void;
}

/** A file of an upload as the list shows it: name, size, how far it is, and what became of it. */
export class UploadRow {
  readonly element: HTMLElement;
  state: UploadState = 'waiting';
  private readonly progress: HTMLProgressElement;
  private readonly status: HTMLElement;
  private readonly doneSign: HTMLElement;
  private readonly retry: HTMLButtonElement;
  private readonly remove: HTMLButtonElement;

  constructor(
    readonly file: File,
    template: HTMLTemplateElement,
    private readonly translate: Translate,
    actions: RowActions,
  ) {
    const row = document.importNode(template.content, true);
    this.element = part(row, '.upload-row');
    this.progress = part(row, 'progress');
    this.status = part(row, '.upload-row-status');
    this.doneSign = part(row, '.upload-row-done');
    this.retry = part(row, '.upload-row-retry');
    this.remove = part(row, '.upload-row-remove');
    part(row, '.upload-row-name').textContent = file.name;
    this.progress.setAttribute('aria-label', file.name);
    name(this.retry, translate('retry', { name: file.name }), actions.retry);
    name(this.remove, translate('remove', { name: file.name }), actions.remove);
    this.show('waiting', `${translate('waiting')} · ${size(file.size)}`);
  }

  start(): void {
    this.progress.removeAttribute('value');
    this.show('uploading', this.translate('uploading'));
  }

  advance(done: number): void {
    if (this.state !== 'uploading') return;
    if (done < 1) this.progress.value = Math.round(done * 100);
    else this.progress.removeAttribute('value');
    this.status.textContent =
      done < 1 ? `${this.translate('uploading')} · ${Math.round(done * 100)} %` : this.translate('finishing');
  }

  /** @param note what there is to say of the file. */
  finish(note?: string): void {
    this.show('done', `${this.translate('done')} · ${size(this.file.size)}${note ? `. ${note}` : ''}`);
  }

  fail(sentence: string, retriable: boolean): void {
    this.show('failed', sentence);
    this.retry.hidden = !retriable;
  }

  private show(state: UploadState, sentence: string): void {
    this.state = state;
    this.status.textContent = sentence;
    this.status.classList.toggle('text-danger', state === 'failed');
    this.status.classList.toggle('soft', state !== 'failed');
    this.progress.hidden = state !== 'uploading';
    this.doneSign.hidden = state !== 'done';
    this.retry.hidden = true;
    this.remove.hidden = state === 'uploading' || state === 'done';
  }
}

function part<E extends HTMLElement>(row: DocumentFragment | HTMLElement, selector: string): E {
  const found = row.querySelector<E>(selector);
  if (!found) throw new Error(`The row of an upload has no ${selector}.`);
  return found;
}

function name(button: HTMLButtonElement, label: string, action: () => void): void {
  button.setAttribute('aria-label', label);
  button.title = label;
  button.addEventListener('click', action);
}

function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}
