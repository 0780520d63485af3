import { type CompiledMessage, formatMessage } from '@portico/core/client';

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
