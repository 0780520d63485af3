import { fill } from './events.js';

export type UploadState = 'waiting' | 'uploading' | 'done' | 'failed';

export interface RowActions {
  remove(): void;
  retry(): void;
}

/** A file of an upload as the list shows it: name, size, how far it is, and what became of it. */
export class UploadRow {
  readonly element = document.createElement('li');
  state: UploadState = 'waiting';
  private readonly progress = document.createElement('progress');
  private readonly status = document.createElement('span');
  private readonly retry: HTMLButtonElement;
  private readonly remove: HTMLButtonElement;

  constructor(
    readonly file: File,
    private readonly words: Readonly<Record<string, string>>,
    actions: RowActions,
  ) {
    this.element.className = 'list-group-item list-group-item-flex upload-row';
    const text = part('div', 'autofit-col autofit-col-expand');
    const name = part('p', 'list-group-title upload-row-name');
    name.textContent = file.name;
    this.progress.className = 'progress-native';
    this.progress.max = 100;
    this.progress.setAttribute('aria-label', file.name);
    this.progress.hidden = true;
    this.status.className = 'upload-row-status small text-secondary';
    text.append(name, this.progress, this.status);
    this.retry = button('btn btn-secondary btn-sm', '↻', fill(words.retry, { name: file.name }), actions.retry);
    this.remove = button('close', '×', fill(words.remove, { name: file.name }), actions.remove);
    const buttons = part('div', 'autofit-col upload-row-buttons');
    buttons.append(this.retry, this.remove);
    this.element.append(text, buttons);
    this.show('waiting', `${words.waiting ?? ''} · ${size(file.size)}`);
  }

  start(): void {
    this.progress.removeAttribute('value');
    this.show('uploading', this.words.uploading ?? '');
  }

  advance(done: number): void {
    if (this.state !== 'uploading') return;
    if (done < 1) this.progress.value = Math.round(done * 100);
    else this.progress.removeAttribute('value');
    this.status.textContent =
      done < 1 ? `${this.words.uploading ?? ''} · ${Math.round(done * 100)} %` : (this.words.finishing ?? '');
  }

  finish(): void {
    this.show('done', `${this.words.done ?? ''} · ${size(this.file.size)}`);
  }

  fail(sentence: string, retriable: boolean): void {
    this.show('failed', sentence);
    this.retry.hidden = !retriable;
  }

  private show(state: UploadState, sentence: string): void {
    this.state = state;
    this.status.textContent = sentence;
    this.status.classList.toggle('text-danger', state === 'failed');
    this.status.classList.toggle('text-success', state === 'done');
    this.status.classList.toggle('text-secondary', state === 'waiting' || state === 'uploading');
    this.progress.hidden = state !== 'uploading';
    this.retry.hidden = true;
    this.remove.hidden = state === 'uploading' || state === 'done';
  }
}

function part(tag: 'div' | 'p', className: string): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  return element;
}

function button(className: string, sign: string, label: string, action: () => void): HTMLButtonElement {
  const element = document.createElement('button');
  element.type = 'button';
  element.className = className;
  element.textContent = sign;
  element.setAttribute('aria-label', label);
  element.title = label;
  element.addEventListener('click', action);
  return element;
}

export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}
