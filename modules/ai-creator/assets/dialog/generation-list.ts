import type { Translate } from '@portico/core/client';
import type { GenerationStatus } from './follow.js';
import { askFragment } from './requests.js';

type Field = HTMLInputElement | HTMLTextAreaElement;

/** A generation that is drawn anew while somebody works in it keeps what was typed and ticked. */
function keepTyped(before: HTMLElement, after: HTMLElement): void {
  for (const image of before.querySelectorAll<HTMLElement>('[data-image]')) {
    const same = after.querySelector<HTMLElement>(`[data-image="${image.dataset.image}"]`);
    if (!same) continue;
    for (const control of image.querySelectorAll<Field>('input:not([type="hidden"]), textarea')) {
      const target = same.querySelector<Field>(`[name="${control.name}"]:not([type="hidden"])`);
      if (target instanceof HTMLInputElement && control instanceof HTMLInputElement) target.checked = control.checked;
      if (target) target.value = control.value;
    }
  }
}

const controlsOf = (image: Element | null): readonly HTMLElement[] => [
  ...(image?.querySelectorAll<HTMLElement>('input:not([type="hidden"]), textarea, button') ?? []),
];
const isText = (control: Element): control is Field =>
  control instanceof HTMLTextAreaElement || (control instanceof HTMLInputElement && control.type === 'text');

/** Where the keyboard is in a generation, so that it can go on there when the generation is drawn anew; undefined when it is elsewhere. */
function placeIn(generation: HTMLElement): { returnTo(after: HTMLElement): void } | undefined {
  const active = document.activeElement;
  const image = active?.closest<HTMLElement>('[data-image]');
  if (!(active instanceof HTMLElement) || !image || !generation.contains(image)) return undefined;
  const index = controlsOf(image).indexOf(active);
  const [start, end] = isText(active) ? [active.selectionStart, active.selectionEnd] : [null, null];
  return {
    returnTo: (after) => {
      const control = controlsOf(after.querySelector(`[data-image="${CSS.escape(image.dataset.image ?? '')}"]`))[index];
      control?.focus({ preventScroll: true });
      if (control && isText(control)) control.setSelectionRange(start, end);
    },
  };
}

/** Where the form stands above what is made, it is scrolled away: the keyboard goes along, and on to the image when it comes. */
export function takeFocusAlong(form: HTMLElement, generation: HTMLElement | undefined): void {
  const heading = generation?.querySelector<HTMLElement>('h2');
  if (!heading || matchMedia('(min-width: 56em)').matches || !form.contains(document.activeElement)) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

const nameField = '.create-image-words input[name="name"]';

/** Names of one generation differ in their end: a field that is too narrow shows that, until somebody writes there. */
function showEnd(field: HTMLInputElement): void {
  field.scrollLeft = getComputedStyle(field).direction === 'rtl' ? -field.scrollWidth : field.scrollWidth;
}

/** All generations of the dialog, the newest first. */
export class GenerationList {
  /** Images that did not come and were asked for once more, which is a generation of its own. */
  private readonly retried = new Set<string>();

  constructor(readonly element: HTMLElement) {
    element.addEventListener('focusout', ({ target }) => {
      // The browser shows the beginning first.
      if (target instanceof HTMLInputElement && target.matches(nameField)) requestAnimationFrame(() => showEnd(target));
    });
  }

  get hrefs(): readonly string[] {
    return this.generations.map(({ dataset }) => dataset.href ?? '');
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
    return this.generations.find(({ dataset }) => dataset.href === href);
  }

  /** Shows a generation as the server draws it, in its place, or as the newest; undefined when the server does not answer. */
  async show(href: string): Promise<HTMLElement | undefined> {
    const generation = await askFragment(href);
    if (!generation) return undefined;
    for (const button of generation.querySelectorAll<HTMLButtonElement>('[data-retry]'))
      if (this.retried.has(button.value)) button.closest('li')?.remove();
    const before = this.of(href);
    if (before) {
      keepTyped(before, generation);
      const place = placeIn(before);
      before.replaceWith(generation);
      place?.returnTo(generation);
    } else this.element.prepend(generation);
    this.element.hidden = false;
    for (const field of generation.querySelectorAll<HTMLInputElement>(nameField))
      if (field !== document.activeElement) showEnd(field);
    if (!before) generation.scrollIntoView({ block: 'start' });
    return generation;
  }

  /** What did not come and is asked for once more is told by the generation that is to bring it. */
  takeUp(button: HTMLButtonElement): void {
    this.retried.add(button.value);
    button.closest('li')?.remove();
  }

  /** The only image of a generation is selected as long as no other is: there is nothing to choose. */
  selectOnly(generation: HTMLElement | undefined): void {
    const [image, ...others] = generation?.querySelectorAll<HTMLInputElement>('.create-image-check') ?? [];
    if (image && others.length === 0 && !this.element.querySelector('.create-image-check:checked')) image.checked = true;
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
    for (const generation of this.element.querySelectorAll('[data-generation][data-running="false"]')) generation.remove();
  }

  hideWhenEmpty(): void {
    this.element.hidden = this.generations.length === 0;
  }

  private get generations(): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>('[data-generation]')];
  }
}

/** Tells in a generation how far it is, and shows the newest preview in the place of the coming image; the first is said once. */
export function showProgress(
  generation: HTMLElement | undefined,
  { status, preview }: GenerationStatus,
  translate: Translate,
  say: (sentence: string) => void,
): void {
  const line = generation?.querySelector('[data-status]');
  if (line) line.textContent = status;
  const place = generation?.querySelector<HTMLElement>('[data-preview]');
  if (!generation || !place || preview === undefined || place.dataset.preview === String(preview)) return;
  if (place.dataset.preview === '') say(translate('create.preview-shown'));
  place.dataset.preview = String(preview);
  void replace(place, `${generation.dataset.href}/preview?number=${preview}`, translate);
}

/** The one before stays until the next one can be drawn; one that is gone already leaves what is there. */
async function replace(place: HTMLElement, src: string, translate: Translate): Promise<void> {
  const picture = document.createElement('img');
  picture.alt = translate('create.preview-alt');
  picture.src = src;
  try {
    await picture.decode();
  } catch {
    return;
  }
  if (!place.dataset.preview || !src.endsWith(`=${place.dataset.preview}`)) return;
  const before = place.querySelector('img');
  if (before) before.replaceWith(picture);
  else place.replaceChildren(picture, mark(translate('create.preview')));
  place.closest('li')?.removeAttribute('aria-hidden');
}

function mark(word: string): HTMLElement {
  const label = document.createElement('span');
  label.className = 'pill create-image-added';
  label.setAttribute('aria-hidden', 'true');
  label.textContent = word;
  return label;
}
