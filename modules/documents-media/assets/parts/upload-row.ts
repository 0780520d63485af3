import type { Translate } from '@portico/core/client';

/** `asking`: the file needs another name, for which there is a field. */
export type UploadState = 'waiting' | 'asking' | 'uploading' | 'done' | 'failed';

/** What the portal says of a name before the file is sent. */
export interface NameCheck {
  readonly problem?: string;
  readonly suggestion?: string;
}

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
  private readonly title: HTMLElement;
  private readonly field: HTMLInputElement;
  private chosenName: string;

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
    this.title = part(row, '.upload-row-name');
    this.field = part(row, '.upload-row-rename');
    this.title.textContent = this.chosenName = file.name;
    this.field.setAttribute('aria-label', translate('rename', { name: file.name }));
    this.progress.setAttribute('aria-label', file.name);
    name(this.retry, translate('retry', { name: file.name }), actions.retry);
    name(this.remove, translate('remove', { name: file.name }), actions.remove);
    this.show('waiting', `${translate('waiting')} · ${size(file.size)}`);
  }

  /** Whether a person has to see to it. */
  get isProblem(): boolean {
    return this.state === 'failed' || this.state === 'asking';
  }

  /** As it goes to the portal: the file's own, or the one that was typed for it. */
  get name(): string {
    return this.state === 'asking' ? this.field.value.trim() : this.chosenName;
  }

  /** The portal's answer about the name: the file can be sent under it, or another one is asked for at once. */
  nameChecked({ problem, suggestion }: NameCheck): void {
    if (problem !== undefined) this.ask(problem, suggestion);
    else if (this.state === 'asking') {
      this.title.textContent = this.chosenName = this.name;
      this.show('waiting', `${this.translate('waiting')} · ${size(this.file.size)}`);
    }
  }

  /** @param suggestion a name that is free; what stands in the field, when there is none. */
  ask(problem: string, suggestion = this.name): void {
    this.field.value = this.field.defaultValue = suggestion;
    this.show('asking', problem);
  }

  /** Leads the keyboard to the field, unless somebody writes there already. */
  focusName(): void {
    if (document.activeElement === this.field) return;
    this.field.focus();
    // What is to be changed is mostly not the extension.
    const dot = this.field.value.lastIndexOf('.');
    this.field.setSelectionRange(0, dot > 0 ? dot : this.field.value.length);
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
    this.status.classList.toggle('text-danger', this.isProblem);
    this.status.classList.toggle('soft', !this.isProblem);
    this.field.hidden = state !== 'asking';
    this.progress.hidden = state !== 'uploading';
    this.doneSign.hidden = state !== 'done';
    this.retry.hidden = true;
    this.remove.hidden = state === 'uploading' || state === 'done';
  }
}

/** What somebody has to see to comes first: of many files a list shows only its beginning. */
export function showRows(list: HTMLElement, rows: readonly UploadRow[]): void {
  list.hidden = rows.length === 0;
  const elements = [...rows.filter((row) => row.isProblem), ...rows.filter((row) => !row.isProblem)].map(
    ({ element }) => element,
  );
  if (elements.length === list.children.length && elements.every((element, index) => element === list.children[index])) return;
  // Whoever writes in a row goes on writing.
  const active = document.activeElement;
  list.replaceChildren(...elements);
  if (active instanceof HTMLElement && list.contains(active)) active.focus();
  else list.scrollTop = 0;
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
