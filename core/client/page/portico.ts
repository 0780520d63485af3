import { openDialog } from '../dialog.js';
import { PorticoCut } from '../elements/cut-name-element.js';
import { PorticoDialog } from '../elements/dialog-element.js';
import { PorticoMenu } from '../elements/menu-element.js';
import { PorticoTabs } from '../elements/tabs-element.js';
import { PorticoToasts } from '../elements/toasts-element.js';
import { confirmForms } from '../question.js';
import { toast } from '../toast.js';
import { localiseTimes } from './times.js';
import { sayWhatIsCut, watchUnsaved } from './unsaved.js';

// What modules import as `@portico/core/client` is this file: the import map of every page says so, and nobody carries a copy.
export * from '../index.js';

/** A form that is on its way is not sent again by a double click. Coming back to the page, or staying on it, makes it usable again; answers how. */
function sendOnce(): () => void {
  const sent = new Set<HTMLFormElement>();
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.method !== 'post') return;
    if (sent.has(form)) event.preventDefault();
    else {
      sent.add(form);
      form.ariaBusy = 'true';
    }
  });
  const release = (): void => {
    for (const form of sent) form.ariaBusy = null;
    sent.clear();
  };
  addEventListener('pageshow', release);
  return release;
}

/** Panels of the header (`<details data-panel>`): Escape closes and gives the focus back, a click elsewhere closes. */
function watchPanels(): void {
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
function watchDrawer(): void {
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
  drawer.addEventListener('toggle', () => {
    say();
    // It lies over its button, which the keyboard would be behind.
    if (!wide.matches && isOpen()) drawer.querySelector<HTMLElement>('a')?.focus();
  });
  wide.addEventListener('change', () => {
    drawer.hidePopover();
    say();
  });
}

/** Buttons that copy what stands beside them, where the browser lets a page write to the clipboard: without scripts they are not there. */
function offerCopies(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copy]')) {
    button.hidden = !navigator.clipboard;
    button.addEventListener('click', () => {
      void navigator.clipboard.writeText(button.dataset.copy ?? '').then(() => toast(button.dataset.copied ?? '', 'success'));
    });
  }
}

customElements.define('portico-cut', PorticoCut);
customElements.define('portico-dialog', PorticoDialog);
customElements.define('portico-menu', PorticoMenu);
customElements.define('portico-tabs', PorticoTabs);
customElements.define('portico-toasts', PorticoToasts);

localiseTimes();
watchPanels();
watchDrawer();
confirmForms();
offerCopies();
watchUnsaved(sendOnce());
sayWhatIsCut();

document.addEventListener('click', (event) => {
  const link = (event.target as Element).closest<HTMLElement>('[data-dialog]');
  if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  const href = link.getAttribute('href') ?? link.dataset.dialogHref;
  if (!href) return;
  event.preventDefault();
  const { dialog: title = '', dialogScript: script, dialogSize: size, dialogEvents: events = '' } = link.dataset;
  openDialog({
    href,
    title: title || (link.textContent?.trim() ?? ''),
    ...(script ? { script } : {}),
    ...(size === 'sm' || size === 'lg' || size === 'full' ? { size } : {}),
    opener: link,
    events: events.split(' ').filter(Boolean),
    refreshes: true,
  });
});
