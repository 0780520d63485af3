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

/**
 * The button of the menu beside the page. Where there is room the menu stands open and the button leads the keyboard into it; below 900 px the
 * menu is a popover, which the button opens and closes, and which goes when there is room again.
 */
export function watchDrawer(): void {
  const drawer = document.querySelector<HTMLElement>('.app-side[popover]');
  const button = document.querySelector(`[popovertarget="${drawer?.id}"]`);
  if (!drawer || !button || !('popover' in HTMLElement.prototype)) return;
  const wide = matchMedia('(min-width: 56em)');
  const isOpen = (): boolean => wide.matches || drawer.matches(':popover-open');
  const say = (): void => button.setAttribute('aria-expanded', String(isOpen()));
  say();
  button.addEventListener('click', (event) => {
    if (!wide.matches) return;
    event.preventDefault();
    drawer.querySelector<HTMLElement>('a')?.focus();
  });
  drawer.addEventListener('toggle', say);
  wide.addEventListener('change', () => {
    drawer.hidePopover();
    say();
  });
}
