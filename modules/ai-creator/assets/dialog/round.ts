/** Buttons that confirm an alternative text work with scripts alone. */
export function prepareReviews(round: HTMLElement): void {
  for (const button of round.querySelectorAll<HTMLElement>('[data-review]')) button.hidden = false;
}

/** A person has read the alternative text, or takes that back. */
export function toggleReview(button: HTMLElement, words: Readonly<Record<string, string>>): void {
  const isReviewed = button.dataset.review !== 'done';
  button.dataset.review = isReviewed ? 'done' : '';
  const field = button.parentElement?.querySelector<HTMLInputElement>('input[name="reviewed"]');
  if (field) field.disabled = !isReviewed;
  const label = button.querySelector('.label');
  label?.classList.toggle('label-success', isReviewed);
  label?.classList.toggle('label-warning', !isReviewed);
  const word = button.querySelector('[data-review-word]');
  if (word) word.textContent = words[isReviewed ? 'image.reviewed' : 'image.unreviewed'] ?? '';
}

/** A round that is drawn anew while somebody works in it keeps what was typed, ticked and reviewed. */
export function keepTyped(before: HTMLElement, after: HTMLElement, words: Readonly<Record<string, string>>): void {
  for (const image of before.querySelectorAll<HTMLElement>('[data-image]')) {
    const same = after.querySelector<HTMLElement>(`[data-image="${image.dataset.image}"]`);
    if (!same) continue;
    for (const control of image.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(
      'input:not([type="hidden"]), textarea',
    )) {
      const target = same.querySelector<HTMLInputElement | HTMLTextAreaElement>(`[name="${control.name}"]:not([type="hidden"])`);
      if (target instanceof HTMLInputElement && control instanceof HTMLInputElement) target.checked = control.checked;
      if (target) target.value = control.value;
    }
    const review = same.querySelector<HTMLElement>('[data-review]');
    const isReviewed = image.querySelector('[data-review="done"]') !== null;
    if (review && isReviewed && review.dataset.review !== 'done') toggleReview(review, words);
  }
}
