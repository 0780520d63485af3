import { fill } from './pieces.js';

/** The field in which an author describes the image: counts, says what is wrong, and takes texts that are offered. */
export class DescriptionField {
  constructor(
    readonly area: HTMLTextAreaElement,
    private readonly counter: HTMLElement,
    private readonly words: Readonly<Record<string, string>>,
  ) {
    area.addEventListener('input', () => this.count());
    this.count();
  }

  /** One sentence, or nothing when the description can be sent. */
  problem(): string | undefined {
    const { length, limit } = this;
    if (length === 0) return this.word('create.description-missing');
    return length > limit ? this.word('create.description-too-long', { length, limit }) : undefined;
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
    this.counter.textContent = this.word('create.counter', { length, limit });
    this.counter.classList.toggle('text-danger', length > limit);
  }

  private word(key: string, values: Readonly<Record<string, string | number>> = {}): string {
    return fill(this.words[key] ?? key, values);
  }
}
