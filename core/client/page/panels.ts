/** Panels of the header (`<details data-panel>`): Escape closes and gives the focus back, a click elsewhere closes those that do not stay. */
export function watchPanels(): void {
  const panels = [...document.querySelectorAll<HTMLDetailsElement>('details[data-panel]')];
  for (const panel of panels) {
    const button = panel.querySelector('summary');
    button?.setAttribute('aria-expanded', String(panel.open));
    panel.addEventListener('toggle', () => {
      button?.setAttribute('aria-expanded', String(panel.open));
      if (panel.open) for (const other of panels) if (other !== panel && leaves(other)) other.open = false;
    });
    panel.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !panel.open) return;
      event.preventDefault();
      panel.open = false;
      button?.focus();
    });
  }
  const outside = (event: Event): void => {
    for (const panel of panels) if (panel.open && leaves(panel) && !panel.contains(event.target as Node)) panel.open = false;
  };
  document.addEventListener('pointerdown', outside);
  document.addEventListener('focusin', outside);
}

/** The sidebar stays beside the page where there is room for both. */
function leaves(panel: HTMLDetailsElement): boolean {
  return panel.dataset.panel === 'close' || !matchMedia('(min-width: 62em)').matches;
}

const pinKey = 'portico.product-menu';

/** "Keep open" on the sidebar: it then is open on the next page too. */
export function watchPin(): void {
  const pin = document.querySelector<HTMLButtonElement>('.product-menu-pin');
  if (!pin) return;
  const show = (): void => pin.setAttribute('aria-pressed', String(remembered() === 'pinned'));
  pin.hidden = false;
  pin.addEventListener('click', () => {
    remember(remembered() === 'pinned' ? undefined : 'pinned');
    show();
  });
  show();
}

function remembered(): string | null {
  try {
    return localStorage.getItem(pinKey);
  } catch {
    return null;
  }
}

function remember(value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(pinKey);
    else localStorage.setItem(pinKey, value);
  } catch {
    // A browser without storage forgets the pin; nothing else depends on it.
  }
}
