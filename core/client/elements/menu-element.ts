import { element } from '../dom.js';

const place = /\{(\w+)\}/g;

/** Puts a button with a menu yet to be filled where a row of a list has a button that leads to a page, which is what there is without scripts. */
function replaceForm(form: HTMLFormElement): void {
  const plain = form.querySelector('button');
  if (!plain) return;
  const isFocused = document.activeElement === plain;
  const button = element(
    'summary',
    { class: plain.className, role: 'button', 'aria-label': plain.getAttribute('aria-label') ?? undefined },
    ...plain.childNodes,
  );
  const list = element('ul', { class: 'dropdown-menu dropdown-menu-right' });
  form.replaceWith(element('details', { class: 'dropdown' }, button, list));
  if (isFocused) button.focus();
}

/**
 * The entries of a menu that all rows of a list share: the page has them once, as a template whose attributes name what a row fills in,
 * e.g. `href="{href}/delete"`.
 */
function sharedEntries(template: HTMLTemplateElement, values: Readonly<Record<string, string | undefined>>): DocumentFragment {
  const entries = document.importNode(template.content, true);
  for (const entry of entries.querySelectorAll('*')) {
    for (const { name, value } of entry.attributes) {
      if (value.includes('{'))
        entry.setAttribute(
          name,
          value.replace(place, (written, key: string) => values[key] ?? written),
        );
    }
  }
  return entries;
}

const entries = 'a.dropdown-item, button.dropdown-item:not(:disabled)';

/**
 * A button with a menu, made of `<details>`: links without scripts, a menu with arrow keys with them. With `data-entries`, the id of a
 * template, it is made of one form and gets its entries from there when it is opened.
 */
export class PorticoMenu extends HTMLElement {
  private shared: Readonly<Record<string, string | undefined>> | undefined;

  private readonly outside = (event: Event): void => {
    if (!this.contains(event.target as Node)) this.close(false);
  };

  connectedCallback(): void {
    const form = this.querySelector<HTMLFormElement>(':scope > form');
    if (form && this.dataset.entries !== undefined) {
      this.shared = { ...this.dataset, href: form.getAttribute('action') ?? '' };
      replaceForm(form);
    }
    const { details, button, list } = this.parts();
    if (!details || !button || !list) return;
    button.setAttribute('aria-haspopup', 'menu');
    button.setAttribute('aria-expanded', String(details.open));
    list.setAttribute('role', 'menu');
    const label = button.getAttribute('aria-label') ?? button.textContent?.trim();
    if (label) list.setAttribute('aria-label', label);
    prepare(list);
    button.addEventListener('click', () => this.fill());
    details.addEventListener('toggle', () => this.toggled(details.open, button));
    this.addEventListener('keydown', (event) => this.keyed(event));
    this.addEventListener('click', (event) => {
      if ((event.target as Element).closest(entries)) queueMicrotask(() => this.close(false));
    });
  }

  disconnectedCallback(): void {
    document.removeEventListener('pointerdown', this.outside);
    document.removeEventListener('focusin', this.outside);
  }

  private parts(): { details: HTMLDetailsElement | null; button: HTMLElement | null; list: HTMLElement | null } {
    const details = this.querySelector('details');
    return {
      details,
      button: details?.querySelector<HTMLElement>('summary') ?? null,
      list: details?.querySelector<HTMLElement>('.dropdown-menu') ?? null,
    };
  }

  private items(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>(entries)];
  }

  private toggled(open: boolean, button: HTMLElement): void {
    button.setAttribute('aria-expanded', String(open));
    const change = open ? 'addEventListener' : 'removeEventListener';
    document[change]('pointerdown', this.outside);
    document[change]('focusin', this.outside);
    if (open) this.stayInView();
  }

  private fill(): void {
    const template = document.getElementById(this.dataset.entries ?? '');
    const { list } = this.parts();
    if (!this.shared || !list || !(template instanceof HTMLTemplateElement)) return;
    list.append(sharedEntries(template, this.shared));
    prepare(list);
    this.shared = undefined;
  }

  /** A menu near the right edge of a narrow window opens to the left, one near the lower edge upwards where there is room. */
  private stayInView(): void {
    const { list, button } = this.parts();
    if (!list || !button) return;
    list.classList.remove('dropdown-menu-shift-left', 'dropdown-menu-shift-right', 'dropdown-menu-above');
    const { left, right, bottom, height } = list.getBoundingClientRect();
    const isAbove = bottom > document.documentElement.clientHeight && button.getBoundingClientRect().top > height;
    list.classList.toggle('dropdown-menu-above', isAbove);
    if (left < 0) list.classList.add('dropdown-menu-shift-right');
    else if (right > document.documentElement.clientWidth) list.classList.add('dropdown-menu-shift-left');
  }

  private close(giveFocus: boolean): void {
    const { details, button } = this.parts();
    if (!details?.open) return;
    details.open = false;
    if (giveFocus) button?.focus();
  }

  private keyed(event: KeyboardEvent): void {
    const { details, button } = this.parts();
    if (!details) return;
    if (document.activeElement === button && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      details.open = true;
      this.fill();
      this.focusItem(event.key === 'ArrowDown' ? 0 : -1);
    } else if (!details.open) return;
    else if (event.key === 'Escape') {
      event.stopPropagation();
      this.close(true);
    } else if (event.key === 'Tab') {
      this.close(true);
      return;
    } else if (!this.move(event.key)) return;
    event.preventDefault();
  }

  private move(key: string): boolean {
    const items = this.items();
    const at = items.indexOf(document.activeElement as HTMLElement);
    if (key === 'ArrowDown') this.focusItem((at + 1) % items.length);
    else if (key === 'ArrowUp') this.focusItem(at <= 0 ? -1 : at - 1);
    else if (key === 'Home') this.focusItem(0);
    else if (key === 'End') this.focusItem(-1);
    else if (key.length === 1 && /\p{L}|\p{N}/u.test(key)) {
      const rotated = [...items.slice(at + 1), ...items.slice(0, at + 1)];
      rotated.find((item) => item.textContent?.trim().toLowerCase().startsWith(key.toLowerCase()))?.focus();
    } else return false;
    return true;
  }

  private focusItem(index: number): void {
    this.items().at(index)?.focus();
  }
}

function prepare(list: HTMLElement): void {
  for (const item of list.querySelectorAll('li:not([role]), form')) item.setAttribute('role', 'none');
  for (const entry of list.querySelectorAll<HTMLElement>(entries)) {
    entry.setAttribute('role', 'menuitem');
    entry.tabIndex = -1;
  }
}
