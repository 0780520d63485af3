import { lineKey, PortalFault, portalFetch } from '@portico/core/client';

/** The tabs of the selector: each shows the fragment of its view, asked for when the tab is opened first. */
class ItemSelector extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener('click', (event) => {
      const tab = (event.target as Element).closest<HTMLElement>('[role="tab"]');
      if (!tab || !this.tabs().includes(tab)) return;
      event.preventDefault();
      this.select(tab);
    });
    this.addEventListener('keydown', (event) => this.keyed(event));
    const [first] = this.tabs();
    if (first) this.select(first, false);
  }

  private tabs(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>('.selector-tabs [role="tab"]')];
  }

  private panelOf(tab: HTMLElement): HTMLElement | null {
    return this.querySelector(`#${CSS.escape(tab.getAttribute('aria-controls') ?? '')}`);
  }

  private select(tab: HTMLElement, giveFocus = true): void {
    for (const other of this.tabs()) {
      const isSelected = other === tab;
      other.setAttribute('aria-selected', String(isSelected));
      other.classList.toggle('active', isSelected);
      other.tabIndex = isSelected ? 0 : -1;
      const panel = this.panelOf(other);
      if (panel) panel.hidden = !isSelected;
    }
    if (giveFocus) tab.focus();
    const panel = this.panelOf(tab);
    if (panel && !panel.dataset.state) void this.load(tab, panel);
  }

  private async load(tab: HTMLElement, panel: HTMLElement): Promise<void> {
    panel.dataset.state = 'loading';
    panel.setAttribute('aria-busy', 'true');
    try {
      const { script } = tab.dataset;
      const [answer] = await Promise.all([
        portalFetch(tab.getAttribute('href') ?? '', { headers: { Accept: 'text/html' } }),
        script ? import(script) : undefined,
      ]);
      await this.fill(panel, await answer.text());
      panel.dataset.state = 'ready';
    } catch (error) {
      delete panel.dataset.state;
      this.fail(tab, panel, error instanceof PortalFault ? error.message : (this.dataset.failed ?? ''));
    } finally {
      panel.removeAttribute('aria-busy');
    }
  }

  /** Puts the fragment in place, with the scripts and styles it names. */
  private async fill(panel: HTMLElement, html: string): Promise<void> {
    const page = new DOMParser().parseFromString(html, 'text/html');
    const needs = page.querySelector<HTMLTemplateElement>('template[data-fragment-assets]');
    needs?.remove();
    for (const href of list(needs?.dataset.styles)) addStyle(href);
    await Promise.all(list(needs?.dataset.scripts).map((href) => import(href)));
    panel.replaceChildren(...[...page.body.childNodes].map((node) => document.importNode(node, true)));
  }

  private fail(tab: HTMLElement, panel: HTMLElement, sentence: string): void {
    const box = document.createElement('div');
    box.className = 'alert alert-danger';
    box.setAttribute('role', 'alert');
    box.textContent = sentence;
    const again = document.createElement('button');
    again.type = 'button';
    again.className = 'btn btn-secondary';
    again.textContent = this.dataset.retry ?? '';
    again.addEventListener('click', () => this.select(tab));
    panel.replaceChildren(box, again);
  }

  private keyed(event: KeyboardEvent): void {
    const tabs = this.tabs();
    const at = tabs.indexOf(event.target as HTMLElement);
    if (at < 0) return;
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[lineKey(event)];
    const tab = next === undefined ? undefined : tabs[(next + tabs.length) % tabs.length];
    if (!tab) return;
    event.preventDefault();
    this.select(tab);
  }
}

function list(value: string | undefined): string[] {
  return value?.split(' ').filter(Boolean) ?? [];
}

function addStyle(href: string): void {
  if (document.querySelector(`link[href="${CSS.escape(href)}"]`)) return;
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = href;
  document.head.append(link);
}

customElements.define('portico-item-selector', ItemSelector);
