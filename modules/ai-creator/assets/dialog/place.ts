type Field = HTMLInputElement | HTMLTextAreaElement;

const controlsOf = (image: Element | null): readonly HTMLElement[] => [
  ...(image?.querySelectorAll<HTMLElement>('input:not([type="hidden"]), textarea, button') ?? []),
];
const isText = (control: Element): control is Field =>
  control instanceof HTMLTextAreaElement || (control instanceof HTMLInputElement && control.type === 'text');

/** Where the keyboard is in a round, so that it can go on there when the round is drawn anew; undefined when it is elsewhere. */
export function placeIn(round: HTMLElement): { returnTo(after: HTMLElement): void } | undefined {
  const active = document.activeElement;
  const image = active?.closest<HTMLElement>('[data-image]');
  if (!(active instanceof HTMLElement) || !image || !round.contains(image)) return undefined;
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
