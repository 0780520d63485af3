import type { Translate } from '@portico/core/client';

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

  /** Whoever has to sign in again finds the words there afterwards, in this window and as the same person. */
  leaveBehind(): void {
    const left: LeftBehind = { person: this.person, text: this.area.value, at: Date.now() };
    sessionStorage.setItem(place, JSON.stringify(left));
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
