interface Estimate {
  readonly size: string;
  readonly millionths: number;
  readonly currency: string;
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
    this.hidden = !estimate;
    if (!estimate) return;
    const amount = (estimate.millionths * Number(choice.get('count'))) / 1_000_000;
    const money = new Intl.NumberFormat(document.documentElement.lang || 'en', {
      style: 'currency',
      currency: estimate.currency,
      maximumFractionDigits: amount < 1 ? 4 : 2,
    });
    const words = JSON.parse(this.dataset.words ?? '""') as string;
    const line = document.createElement('p');
    line.textContent = words.replace('{cost}', money.format(amount));
    this.replaceChildren(line);
  }
}

customElements.define('portico-image-estimate', ImageEstimate);
