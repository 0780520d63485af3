import { placeIn } from './place.js';
import { askFragment } from './requests.js';
import { keepTyped } from './round.js';

/** All rounds of the dialog, the newest first. */
export class RoundList {
  constructor(readonly element: HTMLElement) {}

  get hrefs(): readonly string[] {
    return this.rounds.map(({ dataset }) => dataset.href ?? '');
  }

  /** Whether one is over. */
  get hasSettled(): boolean {
    return this.element.querySelector('[data-running="false"]') !== null;
  }

  /** Whether there is an image that is not added yet. */
  get canAdd(): boolean {
    return this.element.querySelector('.create-image-check') !== null;
  }

  of(href: string): HTMLElement | undefined {
    return this.rounds.find(({ dataset }) => dataset.href === href);
  }

  /** Shows a round as the server draws it, in its place, or as the newest; undefined when the server does not answer. */
  async show(href: string): Promise<HTMLElement | undefined> {
    const round = await askFragment(href);
    if (!round) return undefined;
    const before = this.of(href);
    if (before) {
      keepTyped(before, round);
      const place = placeIn(before);
      before.replaceWith(round);
      place?.returnTo(round);
    } else this.element.prepend(round);
    this.element.hidden = false;
    if (!before) round.scrollIntoView({ block: 'start' });
    return round;
  }

  /** The ticked images as their forms say it; undefined when none is. */
  chosen(): URLSearchParams | undefined {
    const images = [...this.element.querySelectorAll<HTMLElement>('[data-image]')];
    const ticked = images.filter((image) => image.querySelector<HTMLInputElement>('.create-image-check')?.checked);
    if (ticked.length === 0) return undefined;
    const chosen = new URLSearchParams();
    for (const image of ticked) {
      const fields = image.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(
        'input:not([type="checkbox"]), input:checked, textarea',
      );
      for (const { name, value } of fields) chosen.append(name, value);
    }
    return chosen;
  }

  /** Takes away all that are over. */
  clear(): void {
    for (const round of this.element.querySelectorAll('[data-round][data-running="false"]')) round.remove();
  }

  hideWhenEmpty(): void {
    this.element.hidden = this.rounds.length === 0;
  }

  private get rounds(): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>('[data-round]')];
  }
}
