import type { CompiledMessage } from '@portico/core/client';
import { formatMessage, PortalFault, personKey, portalFetch, signInLink } from '@portico/core/client';

/** Pause in writing after which it is kept, and the longest that it waits in any case. */
const pauseMillis = 2000;
const longestMillis = 6000;

type DraftMessages = Readonly<Record<'kept' | 'not-kept' | 'too-long' | 'found' | 'take' | 'discard', CompiledMessage>>;

interface Fields {
  readonly title: string;
  readonly address: string;
  readonly body: string;
}

interface Seen {
  readonly title?: string;
  readonly address?: string;
  readonly body?: string;
}

interface KeepAnswer {
  readonly article: string;
  readonly revision: number;
  readonly seen?: Seen;
  readonly href: string;
}

/** What stands in the browser while it cannot be kept in the portal. */
interface Copy extends Fields {
  readonly at: number;
}

/**
 * `<portico-draft>`, in the form of an article, keeps what is written while it is written: in the portal, and in this browser while the portal
 * cannot be reached or the session has ended. It never writes into the text; what the browser kept is offered, not put over what stands there.
 */
export class PorticoDraft extends HTMLElement {
  private readonly aborter = new AbortController();
  private form: HTMLFormElement | null = null;
  private messages!: DraftMessages;
  private kept = '';
  private timer: ReturnType<typeof setTimeout> | undefined;
  private changedAt = 0;
  private sending: Promise<void> | undefined;
  private isSent = false;

  connectedCallback(): void {
    const form = this.closest('form');
    if (!form || this.form) return;
    this.form = form;
    this.messages = JSON.parse(this.getAttribute('messages') ?? '{}') as DraftMessages;
    this.setAttribute('role', 'status');
    this.kept = this.written();
    const { signal } = this.aborter;
    form.addEventListener('input', () => this.changed(), { signal });
    form.addEventListener('submit', (event) => this.beforeSubmit(event), { capture: true, signal });
    // A copy for the case that nothing else arrives: it goes again when the portal has the text.
    addEventListener('pagehide', () => this.written() !== this.kept && !this.isSent && this.keepHere(), { signal });
    addEventListener(
      'pageshow',
      () => {
        this.isSent = false;
      },
      { signal },
    );
    this.offerCopy();
  }

  disconnectedCallback(): void {
    this.aborter.abort();
    clearTimeout(this.timer);
  }

  private field(name: string): HTMLInputElement | HTMLTextAreaElement | null {
    return this.form?.elements.namedItem(name) as HTMLInputElement | HTMLTextAreaElement | null;
  }

  private textOf(name: string): string {
    return this.field(name)?.value ?? '';
  }

  private fields(): Fields {
    return { title: this.textOf('title'), address: this.textOf('address'), body: this.textOf('body') };
  }

  private written(): string {
    return JSON.stringify(this.fields());
  }

  private changed(): void {
    if (this.written() === this.kept) return;
    if (this.form) this.form.dataset.unsaved = '';
    const now = performance.now();
    if (this.timer === undefined) this.changedAt = now;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keepNow(), Math.max(0, Math.min(pauseMillis, this.changedAt + longestMillis - now)));
  }

  private keepNow(): void {
    this.timer = undefined;
    if (this.sending) {
      this.changed();
      return;
    }
    this.sending = this.send().finally(() => {
      this.sending = undefined;
      if (this.written() !== this.kept && this.form?.dataset.unsaved !== 'failed') this.changed();
    });
  }

  private async send(): Promise<void> {
    const fields = this.fields();
    const written = JSON.stringify(fields);
    const seen = { title: this.textOf('seenTitle'), address: this.textOf('seenAddress'), body: this.textOf('seenBody') };
    const article = this.getAttribute('article') || undefined;
    try {
      const json = { form: this.textOf('form'), article, revision: Number(this.textOf('revision')), seen, ...fields };
      const answer = await portalFetch(this.getAttribute('action') ?? '', { method: 'POST', json });
      this.arrived((await answer.json()) as KeepAnswer, written);
    } catch (error) {
      this.failed(error instanceof PortalFault ? error : undefined);
    }
  }

  private arrived({ article, revision, seen, href }: KeepAnswer, written: string): void {
    localStorage.removeItem(this.place());
    this.kept = written;
    if (!this.getAttribute('article')) {
      // From now on it is the form of that article, also when the page is loaded again.
      this.setAttribute('article', article);
      if (this.form) this.form.action = href;
      history.replaceState(history.state, '', href);
    }
    this.setField('revision', String(revision));
    if (seen) {
      this.setField('seenTitle', seen.title ?? '');
      this.setField('seenAddress', seen.address ?? '');
      this.setField('seenBody', seen.body ?? '');
    }
    if (this.form && this.written() === written) this.form.dataset.unsaved = 'kept';
    this.replaceChildren(formatMessage(this.messages.kept, { time: new Date() }));
  }

  private failed(fault: PortalFault | undefined): void {
    this.keepHere();
    if (this.form) this.form.dataset.unsaved = 'failed';
    const sentence = formatMessage(this.messages['not-kept'], { sentence: fault?.message ?? '' });
    this.replaceChildren(sentence, ...(fault?.status === 401 ? [' ', signInLink('link')] : []));
  }

  private setField(name: string, value: string): void {
    const field = this.field(name);
    if (field) field.value = value;
  }

  /** What is on its way is waited for: the form is then of the revision that it made. */
  private beforeSubmit(event: SubmitEvent): void {
    const limit = Number(this.getAttribute('limit'));
    const { length } = this.textOf('body');
    if (length > limit) {
      event.preventDefault();
      event.stopImmediatePropagation();
      this.replaceChildren(formatMessage(this.messages['too-long'], { limit, length }));
      this.scrollIntoView({ block: 'nearest' });
      return;
    }
    const { sending, form } = this;
    if (sending) {
      event.preventDefault();
      event.stopImmediatePropagation();
      const { submitter } = event;
      void sending.then(() => form?.requestSubmit(submitter));
      return;
    }
    clearTimeout(this.timer);
    this.timer = undefined;
    this.isSent = true;
  }

  /** Of this person, in the form of this article. */
  private place(): string {
    return `portico.article:${personKey()}:${this.getAttribute('action')}:${this.getAttribute('article') ?? ''}`;
  }

  private keepHere(): void {
    const copy: Copy = { ...this.fields(), at: Date.now() };
    try {
      localStorage.setItem(this.place(), JSON.stringify(copy));
    } catch {
      // Full, or not allowed: the text still stands in the page, which asks before it goes.
    }
  }

  private offerCopy(): void {
    const left = localStorage.getItem(this.place());
    if (left === null) return;
    const copy = JSON.parse(left) as Copy;
    const { title, address, body } = copy;
    if (JSON.stringify({ title, address, body }) === this.kept) {
      localStorage.removeItem(this.place());
      return;
    }
    const take = this.button(this.messages.take, () => {
      localStorage.removeItem(this.place());
      this.replaceChildren();
      for (const [name, value] of Object.entries({ title, address, body })) {
        const field = this.field(name);
        if (!field || field.value === value) continue;
        field.value = value;
        field.dispatchEvent(new Event('portico:restored'));
        field.dispatchEvent(new Event('input', { bubbles: true }));
      }
    });
    const discard = this.button(this.messages.discard, () => {
      localStorage.removeItem(this.place());
      this.replaceChildren();
    });
    this.replaceChildren(formatMessage(this.messages.found, { time: new Date(copy.at) }), ' ', take, ' ', discard);
  }

  private button(word: CompiledMessage, press: () => void): HTMLButtonElement {
    const button = Object.assign(document.createElement('button'), { type: 'button', className: 'btn btn-secondary' });
    button.textContent = formatMessage(word);
    button.addEventListener('click', press);
    return button;
  }
}
