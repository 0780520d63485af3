import { closeDialog, type Translate, translator } from '@portico/core/client';
import { Added, type Adding } from './dialog/added.js';
import { follow } from './dialog/follow.js';
import { DescriptionField, SourceField } from './dialog/form-fields.js';
import { GenerationList, showProgress, takeFocusAlong } from './dialog/generation-list.js';
import { causeOf, emphasize, formData, lock, showProblems } from './dialog/pieces.js';
import { type Answer, ask } from './dialog/requests.js';
import { markSeen } from './dialog/seen.js';
import { offerSimilar, type SimilarDocument } from './dialog/similar.js';

interface Created {
  readonly id: string;
  readonly href: string;
  readonly status: string;
  readonly nextIdempotencyKey?: string;
}

/** Create AI Image: sends the description, follows what is made, keeps every generation until it is dismissed, adds what is ticked. */
class CreateImage extends HTMLElement {
  private text: Translate = String;
  private description!: DescriptionField;
  private source!: SourceField;
  private generations!: GenerationList;
  private readonly closed = new AbortController();
  private readonly added = new Added();
  private running: string | undefined;
  private busy = false;
  private hideSimilar = (): void => undefined;

  connectedCallback(): void {
    this.text = translator(this.dataset.messages);
    this.description = new DescriptionField(
      this.find('textarea[name="description"]'),
      this.find('[data-counter]'),
      this.text,
      this.dataset.person ?? '',
    );
    this.generations = new GenerationList(this.find('[data-generation-list]'));
    this.source = new SourceField(this.find('[data-source]'), this.description, this.text, (sentence) => {
      this.update();
      this.say(sentence);
    });
    const send = (event: Event): void => {
      event.preventDefault();
      void this.create();
    };
    this.form.addEventListener('submit', send);
    this.find<HTMLElement>('[data-shortcut]').hidden = false;
    this.description.area.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send(event);
    });
    this.button('again').addEventListener('click', () => void this.create());
    this.button('add').addEventListener('click', () => void this.add());
    this.button('cancel').addEventListener('click', (event) => this.cancel(event));
    this.generations.element.addEventListener('click', (event) => this.pressed(event));
    this.closest('portico-dialog')?.addEventListener('portico:closed', ({ currentTarget }) =>
      this.leave(currentTarget as Element),
    );
    this.form.addEventListener('click', (event) => this.take(event));
    this.closest('portico-dialog')?.querySelector('.modal-header [data-close]')?.before(this.find('[data-head]'));
    this.hideSimilar = offerSimilar(this.description.area, this.find('[data-similar]'), this.text, (document) =>
      this.useExisting(document),
    );
  }

  private get form(): HTMLFormElement {
    return this.find('form');
  }
  private button(role: 'create' | 'again' | 'add' | 'cancel'): HTMLButtonElement {
    return this.find(`[data-role="${role}"]`);
  }

  private async create(): Promise<void> {
    if (this.busy || this.running) return;
    const problem = this.description.problem();
    if (problem) return this.showProblems('', { description: problem });
    this.setBusy(true);
    this.description.keep();
    const answer = await ask<Created>(this.form.action, formData(this.form));
    this.setBusy(false);
    if (!answer.body) this.description.release();
    if (!answer.body) return this.refused(answer);
    this.showProblems('', {});
    const { id, href, nextIdempotencyKey } = answer.body;
    this.source.isNew = false;
    this.hideSimilar();
    if (nextIdempotencyKey) this.input('idempotencyKey').value = nextIdempotencyKey;
    if (this.input('root').value === '') this.input('root').value = id;
    await this.begin(href);
  }

  private async begin(href: string): Promise<void> {
    this.running = href;
    if (this.closed.signal.aborted) return this.followElsewhere();
    this.update();
    takeFocusAlong(this.form, await this.show(href));
    await this.watch(href);
  }

  /** Asks once more for an image that did not come. */
  private async retry(button: HTMLButtonElement): Promise<void> {
    if (this.busy || this.running) return;
    this.setBusy(true);
    const answer = await ask<Created>(button.formAction, new URLSearchParams({ idempotencyKey: button.value }));
    this.setBusy(false);
    if (!answer.body) return this.refused({ ...answer, fields: {} });
    this.generations.takeUp(button);
    await this.begin(answer.body.href);
  }

  /** Follows a generation; the words change each second, the live region once per change. */
  private async watch(href: string): Promise<void> {
    let announced = '';
    let shown = 0;
    // One after the other: an older answer must not take the place of a newer one.
    let showing: Promise<unknown> = Promise.resolve();
    const over = await follow(
      href,
      (progress) => {
        const { state, ready, retryAt = '', status } = progress;
        const news = `${state} ${ready} ${retryAt}`;
        if (announced !== news) this.say(status);
        announced = news;
        showProgress(this.generations.of(href), progress, this.text, (sentence) => this.say(sentence));
        if (ready > shown && state === 'sent') showing = showing.then(() => this.show(href));
        shown = ready;
      },
      this.closed.signal,
    );
    await showing;
    if (this.closed.signal.aborted) return;
    this.running = undefined;
    if (over) markSeen(href.slice(href.lastIndexOf('/') + 1));
    const generation = await this.show(href);
    this.generations.selectOnly(generation);
    // An alert speaks for itself.
    const sentence = generation?.querySelector('.alert:not([role="alert"])')?.textContent?.trim();
    if (sentence) this.say(sentence);
    if (!generation) await this.unseen(href, over);
    this.update();
    const active = document.activeElement;
    if (!active || active === document.body || active.closest('[data-role]')) {
      (generation?.querySelector<HTMLElement>('input[type="checkbox"]') ?? this.button('again')).focus();
      // Whoever waited sees what came, not its upper edge.
      generation?.scrollIntoView({ block: 'start' });
    }
  }

  /** What came of it cannot be shown: because the session ended, or for now. */
  private async unseen(href: string, over: boolean): Promise<void> {
    this.generations.of(href)?.querySelector('progress')?.remove();
    const answer = await ask(`${href}/status`);
    if (answer.status === 401) this.refused(answer);
    else this.showProblems(this.text(over ? 'create.unseen' : 'create.unreachable'), {});
  }

  private async show(href: string): Promise<HTMLElement | undefined> {
    const generation = await this.generations.show(href);
    if (generation) this.update();
    return generation;
  }

  private async add(): Promise<void> {
    if (this.busy) return;
    const chosen = this.generations.chosen();
    if (!chosen) return this.showProblems(this.text('add.none'), {});
    this.setBusy(true);
    chosen.append('folder', this.find<HTMLSelectElement>('select[name="folder"]').value);
    const answer = await ask<Adding>(this.dataset.images ?? '', chosen);
    this.setBusy(false);
    if (!answer.body) return this.refused({ ...answer, fields: {} });
    this.added.keep(answer.body, this.text('add.open-folder'));
    if (answer.body.failed.length > 0) {
      this.showProblems(answer.body.sentence, {});
      for (const href of this.generations.hrefs) await this.show(href);
      return;
    }
    if (!this.closest('portico-dialog')) return this.added.leaveFor(this.dataset.done || answer.body.place);
    this.added.tell(this);
    closeDialog(this);
  }

  /** Cancels what is being made; with nothing under way it closes. */
  private cancel(event: Event): void {
    if (!this.running) {
      closeDialog(this, { asks: true });
      return;
    }
    event.preventDefault();
    const button = this.button('cancel');
    if (button.ariaDisabled === 'true') return;
    lock(button, true);
    void ask(`${this.running}/cancel`, new URLSearchParams()).then((answer) => {
      lock(button, false);
      if (!answer.ok) this.refused({ ...answer, fields: {} });
    });
  }

  private pressed(event: Event): void {
    const button = (event.target as Element).closest<HTMLButtonElement>('button');
    if (!button) return;
    if ('retry' in button.dataset) {
      event.preventDefault();
      void this.retry(button);
    }
    if ('refine' in button.dataset) this.source.take(button, event);
    if ('clear' in button.dataset) this.clear();
    if (!('dismiss' in button.dataset)) return;
    button.closest('[data-generation]')?.remove();
    this.update();
    this.description.area.focus();
  }

  /** Takes all generations that are over from the window; they stay in My recent generations. */
  private clear(): void {
    this.generations.clear();
    this.update();
    this.say(this.text('create.cleared'));
    this.description.area.focus();
  }

  /** What was added is told, and what is still being made is followed until a toast can say that it is there. */
  private leave(dialog: Element): void {
    this.added.tell(dialog);
    this.closed.abort();
    if (this.running) this.followElsewhere();
  }

  private followElsewhere(): void {
    const { notices: href = '', generations: page = '', messages = '' } = this.dataset;
    void import('./generation-notices.js').then(({ followFromNow }) => followFromNow({ href, page, messages }));
  }

  private take(event: Event): void {
    const link = (event.target as Element).closest<HTMLElement>('[data-use]');
    if (!link) return;
    event.preventDefault();
    this.description.take(link.dataset.use ?? '');
  }

  /** An image that is there already: chosen where one is asked for, else opened. */
  private useExisting(document: SimilarDocument): void {
    if (!this.ownerDocument.querySelector('portico-document-selector')) {
      location.assign(document.page);
      return;
    }
    this.added.choose(document);
    this.added.tell(this);
    closeDialog(this);
  }

  private refused({ sentence, fields, status, cause }: Answer<unknown>): void {
    this.showProblems(sentence || this.text('create.unreachable'), fields, status);
    if (cause?.cause) this.find('[data-problem]').append(causeOf(this.text('generation.cause'), cause));
  }

  private showProblems(sentence: string, fields: Readonly<Record<string, string>>, status?: number): void {
    showProblems(this, this.find('[data-problem]'), sentence, fields, status === 401);
    if (status === 401) this.description.leaveBehind();
    this.say(Object.values(fields).join(' '));
  }

  private update(): void {
    const { hasSettled, canAdd } = this.generations;
    this.find<HTMLElement>('[data-target]').hidden = !canAdd;
    const again = this.button('again');
    this.generations.hideWhenEmpty();
    const isAgain = hasSettled && !this.source.isNew;
    this.button('create').hidden = isAgain;
    again.hidden = !isAgain;
    emphasize(again, !canAdd);
    emphasize(this.button('add'), !this.source.isNew);
    this.button('add').hidden = !canAdd;
    this.button('cancel').title = this.text(this.running ? 'create.cancel-running' : 'create.cancel-closes');
    for (const role of ['create', 'again'] as const) lock(this.button(role), this.busy || this.running !== undefined);
    lock(this.button('add'), this.busy);
  }

  private setBusy(busy: boolean): void {
    this.busy = busy;
    this.toggleAttribute('aria-busy', busy);
    this.update();
  }

  private say(sentence: string): void {
    this.find<HTMLElement>('[data-live]').textContent = sentence;
  }

  private input(name: string): HTMLInputElement {
    return this.find(`input[name="${name}"]`);
  }

  private find<E extends Element>(selector: string): E {
    const element = this.querySelector<E>(selector);
    if (!element) throw new Error(`The dialog has no ${selector}.`);
    return element;
  }
}

customElements.define('portico-create-image', CreateImage);
