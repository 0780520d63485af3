import { closeDialog, PortalFault, portalFetch, type Translate, translator } from '@portico/core/client';
import { type Dropped, droppedFiles } from './parts/dropped-files.js';
import { type AddedDocument, dispatchAdded, withAdded } from './parts/events.js';
import { uploadFile } from './parts/upload-request.js';
import { type NameCheck, showRows, UploadRow } from './parts/upload-row.js';

const atOnce = 2;

/** What other scripts may ask of `<portico-upload>`. */
export interface UploadElement extends HTMLElement {
  /** Takes what was dropped somewhere, and uploads at once what nothing stands against. */
  take(dropped: Dropped): void;
}

/** The form of File Upload and Multiple Files Upload: each file is sent on its own, with its progress and its own result. */
class PorticoUpload extends HTMLElement implements UploadElement {
  private rows: UploadRow[] = [];
  private readonly documents = new Map<UploadRow, AddedDocument>();
  private readonly released = new AbortController();
  private text: Translate = String;
  private announced = false;
  private running = false;
  private leftOut: readonly string[] = [];
  /** Checks of names, one after the other. */
  private checking: Promise<void> = Promise.resolve();

  connectedCallback(): void {
    const { form, input, zone } = this;
    if (!form || !input || !zone) return;
    this.text = translator(this.dataset.messages);
    const hint = this.querySelector<HTMLElement>('.upload-zone-hint');
    if (hint) hint.hidden = false;
    input.addEventListener('change', () => this.choose({ files: [...(input.files ?? [])], folders: [] }));
    this.trim?.addEventListener('click', () => this.keepFirst());
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.upload({ named: this.rows.filter((row) => row.state === 'asking') });
    });
    for (const type of ['dragenter', 'dragover', 'dragleave', 'drop'] as const)
      zone.addEventListener(type, (event) => this.drag(event));
    // Whoever leaves in the middle still sees what arrived.
    this.closest('portico-dialog')?.addEventListener('portico:closed', ({ currentTarget }) =>
      this.leave(currentTarget as Element),
    );
    this.dispatchEvent(new CustomEvent('portico-upload:ready', { bubbles: true }));
  }

  disconnectedCallback(): void {
    this.released.abort();
  }

  take(dropped: Dropped): void {
    this.choose(dropped);
    if (dropped.files.length > 0) void this.upload({});
  }

  /** What arrived, in the order of the list, whatever came first. */
  private get added(): AddedDocument[] {
    return this.rows.flatMap((row) => this.documents.get(row) ?? []);
  }

  private get form(): HTMLFormElement | null {
    return this.querySelector('form');
  }

  private get input(): HTMLInputElement | null {
    return this.querySelector('input[type="file"]');
  }

  private get zone(): HTMLElement | null {
    return this.querySelector('.drop-zone');
  }

  private get template(): HTMLTemplateElement {
    return this.querySelector<HTMLTemplateElement>('template[data-upload-row]') ?? document.createElement('template');
  }

  private get list(): HTMLElement | null {
    return this.querySelector('.upload-list');
  }

  private choose({ files, folders }: Dropped): void {
    const multiple = this.input?.multiple ?? false;
    const wanted = multiple ? files : files.slice(-1);
    if (!multiple && wanted.length > 0) this.rows = this.rows.filter((row) => row.state === 'done');
    for (const file of wanted) this.rows.push(this.row(file));
    this.leftOut = folders;
    this.explain();
    this.show();
    this.checkNames();
  }

  private checkNames(): void {
    void this.checkLater(() => this.rows.filter((row) => row.state === 'waiting'));
  }

  /** What keeps the upload from beginning, what was left out of it, and what failed, which may be scrolled out of sight. */
  private explain(...more: readonly string[]): void {
    const names = this.leftOut.join(', ');
    const failed = this.rows.filter(({ state }) => state === 'failed').length;
    const sentences = [
      ...more,
      ...(this.leftOut.length > 0 ? [this.text('folders', { count: this.leftOut.length, names })] : []),
      ...(this.tooMany() ? [this.text('too-many', { count: this.maxFiles, chosen: this.toSend.length })] : []),
      ...(failed > 0 && this.rows.length > 1 ? [this.text('some-failed', { failed, count: this.rows.length })] : []),
    ];
    this.say(sentences.join(' '), true);
    if (!this.trim) return;
    this.trim.hidden = !this.tooMany();
    this.trim.textContent = this.text('trim', { count: this.maxFiles });
    // It stands below a list that may be longer than the dialog.
    if (!this.trim.hidden) requestAnimationFrame(() => this.trim?.scrollIntoView({ block: 'nearest' }));
  }

  private keepFirst(): void {
    const extra = new Set(this.toSend.slice(this.maxFiles));
    this.rows = this.rows.filter((row) => !extra.has(row));
    this.explain();
    this.show();
    this.checkNames();
    this.submit?.focus();
  }

  /** Says at once which names are taken; where the portal cannot be asked, its answer to the file will say so. */
  private checkLater(rowsOf: () => readonly UploadRow[]): Promise<void> {
    this.checking = this.checking.then(async () => {
      // Those that would stay when there are too many.
      const rows = rowsOf().slice(0, this.maxFiles);
      if (rows.length === 0) return;
      const json = { names: rows.map((row) => row.name) };
      const answer = await portalFetch(this.dataset.check ?? '', { method: 'POST', json, signal: this.released.signal })
        .then((response) => response.json() as Promise<{ readonly names: readonly NameCheck[] }>)
        .catch(() => undefined);
      for (const [index, row] of rows.entries()) row.nameChecked(answer?.names[index] ?? {});
      this.show();
    });
    return this.checking;
  }

  private get toSend(): readonly UploadRow[] {
    return this.rows.filter(({ state }) => state === 'waiting' || state === 'asking');
  }

  private get trim(): HTMLButtonElement | null {
    return this.querySelector('.upload-trim');
  }

  private row(file: File): UploadRow {
    const row = new UploadRow(file, this.template, this.text, {
      remove: () => this.takeOut(row),
      retry: () => void this.upload({ only: row }),
    });
    if (file.size > Number(this.dataset.maxBytes)) row.fail(this.text('too-large'), false);
    return row;
  }

  private takeOut(row: UploadRow): void {
    this.rows = this.rows.filter((other) => other !== row);
    if (this.input) this.input.value = '';
    this.explain();
    this.show();
    this.checkNames();
    this.input?.focus();
  }

  private get maxFiles(): number {
    return Number(this.dataset.maxFiles);
  }

  private tooMany(): boolean {
    return this.toSend.length > this.maxFiles;
  }

  private show(): void {
    if (this.list) showRows(this.list, this.rows);
  }

  /**
   * @param only one row to try again; otherwise all that wait.
   * @param named rows whose new names the person has seen; a name that is asked for later waits for the next time.
   */
  private async upload({
    only,
    named = [],
  }: {
    readonly only?: UploadRow;
    readonly named?: readonly UploadRow[];
  }): Promise<void> {
    if (this.running || (!only && this.tooMany())) return;
    this.busy(true);
    // Files that keep their own names come first: a new name gives way to them.
    const waiting = (): readonly UploadRow[] => this.rows.filter(({ state }) => state === 'waiting');
    await this.checkLater(() => [...waiting(), ...named.filter(({ state }) => state === 'asking')]);
    const queue = only ? [only] : [...waiting()];
    if (queue.length === 0) {
      this.busy(false);
      if (this.askForNames()) return;
      if (this.rows.length > 0) this.finish();
      else this.say(this.text('choose'), true);
      return;
    }
    const workers = Array.from({ length: atOnce }, async () => {
      for (let row = queue.shift(); row; row = queue.shift()) await this.send(row);
    });
    await Promise.all(workers);
    this.busy(false);
    this.show();
    if (this.released.signal.aborted || this.askForNames()) return;
    // What there is to say of a file, and of a folder, would go with the dialog.
    const isSaid = this.leftOut.length === 0 && !this.added.some(({ note }) => note);
    if (isSaid && this.rows.every((row) => row.state === 'done')) {
      this.finish();
      return;
    }
    this.nameButton();
    this.explain();
  }

  private async send(row: UploadRow): Promise<void> {
    row.start();
    try {
      const document = await uploadFile(this.form?.action ?? '', row.file, row.name, {
        onProgress: (done) => row.advance(done),
        signal: this.released.signal,
        cutOff: this.text('failed'),
      });
      row.finish(document.note);
      this.documents.set(row, document);
    } catch (error) {
      const fault = error instanceof PortalFault ? error : undefined;
      if (fault?.code === 'name-taken' || fault?.code === 'invalid-input') return row.ask(fault.message);
      row.fail(fault?.message ?? this.text('failed'), fault?.status !== 415 && fault?.status !== 413);
    }
    const done = this.rows.filter(({ state }) => state === 'done').length;
    this.say(this.text('progress', { done, count: this.rows.length }));
  }

  /** Whether there are files that need another name; leads the keyboard to the first. */
  private askForNames(): boolean {
    const first = this.rows.find((row) => row.state === 'asking');
    if (!first) return false;
    this.explain(this.text('name-first'));
    first.focusName();
    return true;
  }

  private busy(running: boolean): void {
    this.running = running;
    const submit = this.submit;
    if (submit) submit.disabled = running;
    this.toggleAttribute('aria-busy', running);
  }

  private get submit(): HTMLButtonElement | null {
    return this.querySelector('button[type="submit"]');
  }

  /** What failed stands in the list; the button takes what is there, or tries what was added since. */
  private nameButton(): void {
    const rest = this.rows.some((row) => row.state === 'waiting');
    if (!rest && this.added.length > 0 && this.submit) this.submit.textContent = this.text('close');
  }

  private finish(): void {
    if (this.added.length > 0) this.tell(this);
    if (this.closest('portico-dialog')) closeDialog(this);
    else location.assign(withAdded(this.dataset.back ?? location.href, this.added));
  }

  private leave(dialog: Element): void {
    this.released.abort();
    if (this.added.length > 0) this.tell(dialog);
  }

  private tell(from: Element): void {
    if (this.announced) return;
    this.announced = true;
    dispatchAdded(from, { documents: this.added });
  }

  private say(sentence: string, visibly = false): void {
    const status = this.querySelector<HTMLElement>('.upload-status');
    if (!status) return;
    status.textContent = sentence;
    status.classList.toggle('sr-only', !visibly || sentence === '');
    status.classList.toggle('text-danger', visibly);
  }

  private drag(event: DragEvent): void {
    event.preventDefault();
    event.stopPropagation();
    this.zone?.classList.toggle('drop-zone-over', event.type === 'dragenter' || event.type === 'dragover');
    if (event.type === 'drop') this.choose(droppedFiles(event.dataTransfer));
  }
}

customElements.define('portico-upload', PorticoUpload);
