import type { Translate } from '@portico/core/client';
import type { DescriptionField } from './description-field.js';

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
