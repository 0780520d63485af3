type Field = HTMLInputElement | HTMLTextAreaElement;

/** A round that is drawn anew while somebody works in it keeps what was typed and ticked. */
export function keepTyped(before: HTMLElement, after: HTMLElement): void {
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
