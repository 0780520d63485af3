/** Panels of the header (`<details data-panel>`): Escape closes and gives the focus back, a click elsewhere closes. */
export function watchPanels(): void {
  const panels = [...document.querySelectorAll<HTMLDetailsElement>('details[data-panel]')];
  for (const panel of panels) {
    const button = panel.querySelector('summary');
    button?.setAttribute('aria-expanded', String(panel.open));
    panel.addEventListener('toggle', () => button?.setAttribute('aria-expanded', String(panel.open)));
    panel.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !panel.open) return;
      event.preventDefault();
      panel.open = false;
      button?.focus();
    });
  }
  const outside = (event: Event): void => {
    for (const panel of panels) if (panel.open && !panel.contains(event.target as Node)) panel.open = false;
  };
  document.addEventListener('pointerdown', outside);
  document.addEventListener('focusin', outside);
}

/** The menu beside the page is a popover where there is no room for it: its button says whether it is open, and it goes when there is room. */
export function watchDrawer(): void {
  const drawer = document.querySelector<HTMLElement>('.app-side[popover]');
  const button = document.querySelector(`.app-head [popovertarget="${drawer?.id}"]`);
  if (!drawer || !button || !('popover' in HTMLElement.prototype)) return;
  button.setAttribute('aria-expanded', 'false');
  drawer.addEventListener('toggle', (event) =>
    button.setAttribute('aria-expanded', String((event as ToggleEvent).newState === 'open')),
  );
  matchMedia('(min-width: 56em)').addEventListener('change', () => drawer.hidePopover());
}
