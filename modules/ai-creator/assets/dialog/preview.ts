import type { Translate } from '@portico/core/client';
import type { GenerationStatus } from './follow.js';

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
