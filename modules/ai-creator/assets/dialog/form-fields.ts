import { type CompiledMessage, formatMessage, type Translate } from '@portico/core/client';

const place = 'portico.image-description';

interface LeftBehind {
  readonly person: string;
  readonly text: string;
  readonly at: number;
}

/** Milliseconds for which words that were left behind are worth taking up. */
const keptMillis = 3_600_000;

/** The field in which an author describes the image: counts, says what is wrong, and takes texts that are offered. */
export class DescriptionField {
  constructor(
    readonly area: HTMLTextAreaElement,
    private readonly counter: HTMLElement,
    private readonly translate: Translate,
    private readonly person: string,
  ) {
    this.takeUp();
    area.addEventListener('input', () => this.count());
    this.count();
  }

  /** The words are kept elsewhere now: closing the window loses nothing. */
  keep(): void {
    this.area.defaultValue = this.area.value;
  }

  /** The words were refused: they are in this field alone. */
  release(): void {
    this.area.defaultValue = '';
  }

  /** Whoever has to sign in again finds the words there afterwards, in this window and as the same person. */
  leaveBehind(): void {
    const left: LeftBehind = { person: this.person, text: this.area.value, at: Date.now() };
    sessionStorage.setItem(place, JSON.stringify(left));
    this.keep();
  }

  private takeUp(): void {
    const left = JSON.parse(sessionStorage.getItem(place) ?? 'null') as LeftBehind | null;
    sessionStorage.removeItem(place);
    if (left?.person === this.person && Date.now() - left.at < keptMillis && this.area.value === '') this.area.value = left.text;
  }

  /** One sentence, or nothing when the description can be sent. */
  problem(): string | undefined {
    const { length, limit } = this;
    if (length === 0) return this.translate('create.description-missing');
    const written = (count: number): string => count.toLocaleString(document.documentElement.lang || 'en');
    const values = { length: written(length), limit: written(limit) };
    return length > limit ? this.translate('create.description-too-long', values) : undefined;
  }

  /** Puts an example or an earlier description into the field. */
  take(text: string): void {
    this.area.value = text;
    this.area.dispatchEvent(new Event('input'));
    this.area.focus();
  }

  private get length(): number {
    return this.area.value.trim().length;
  }

  private get limit(): number {
    return Number(this.counter.dataset.limit);
  }

  private count(): void {
    const { length, limit } = this;
    this.counter.hidden = false;
    this.counter.textContent = this.translate('create.counter', { length, limit });
    this.counter.classList.toggle('text-danger', length > limit);
  }
}

interface Estimate {
  readonly size: string;
  /** Of one image, two, three, and so on; empty when it is not known. */
  readonly millionths: readonly number[];
  readonly currency?: string;
}

/** Says what the chosen size and number will cost, about. */
class ImageEstimate extends HTMLElement {
  connectedCallback(): void {
    const form = document.getElementById(this.dataset.form ?? '');
    if (!(form instanceof HTMLFormElement)) return;
    form.addEventListener('change', () => this.show(form));
    this.show(form);
  }

  private show(form: HTMLFormElement): void {
    const choice = new FormData(form);
    const estimates = JSON.parse(this.dataset.estimates ?? '[]') as readonly Estimate[];
    const estimate = estimates.find(({ size }) => size === choice.get('size'));
    const line = document.createElement('p');
    line.textContent = estimate?.currency ? this.sentence(estimate, Number(choice.get('count'))) : (this.dataset.unknown ?? '');
    this.replaceChildren(line);
  }

  private sentence({ millionths, currency = '' }: Estimate, count: number): string {
    const amount = (millionths[count - 1] ?? 0) / 1_000_000;
    const money = new Intl.NumberFormat(document.documentElement.lang || 'en', {
      style: 'currency',
      currency,
      maximumFractionDigits: amount < 1 ? 4 : 2,
    });
    return formatMessage(JSON.parse(this.dataset.messages ?? '""') as CompiledMessage, { cost: money.format(amount) });
  }
}

customElements.define('portico-image-estimate', ImageEstimate);

/** The part of the form that says which picture is varied, or that none is. */
export class SourceField {
  /** True after another picture was chosen, or given up, until something is made of it. */
  isNew = false;

  /** @param changed told what the form makes next, in one sentence. */
  constructor(
    private readonly box: HTMLElement,
    private readonly description: DescriptionField,
    private readonly translate: Translate,
    private readonly changed: (sentence: string) => void,
  ) {
    box.querySelector('[data-source-clear]')?.addEventListener('click', (event) => {
      event.preventDefault();
      this.clear();
    });
  }

  /** A button Refine was pressed: its image is varied next, beginning with the words of its generation. */
  take(button: HTMLButtonElement, event: Event): void {
    event.preventDefault();
    this.input('sourceImage').value = button.value;
    this.input('sourceDocument').value = '';
    const sentence = this.translate('refine.variation-of', { name: button.dataset.name ?? '' });
    const words = this.box.querySelector('[data-source-words]');
    if (words) words.textContent = sentence;
    this.show(button.closest('[data-image]')?.querySelector('img')?.src);
    this.box.hidden = false;
    this.isNew = true;
    this.changed(sentence);
    this.description.take(button.closest<HTMLElement>('[data-generation]')?.dataset.description ?? '');
    this.box.scrollIntoView({ block: 'start' });
  }

  private clear(): void {
    for (const name of ['sourceImage', 'sourceDocument'] as const) this.input(name).value = '';
    this.box.hidden = true;
    this.isNew = true;
    this.changed(this.translate('refine.cleared'));
    this.description.area.focus();
  }

  private show(source: string | undefined): void {
    const picture = document.createElement('img');
    picture.alt = '';
    if (source) picture.src = source;
    this.box.querySelector('[data-source-picture]')?.replaceChildren(...(source ? [picture] : []));
  }

  private input(name: 'sourceImage' | 'sourceDocument'): HTMLInputElement {
    const input = this.box.querySelector<HTMLInputElement>(`input[name="${name}"]`);
    if (!input) throw new Error(`The form has no ${name}.`);
    return input;
  }
}
