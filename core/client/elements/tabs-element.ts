import { lineKey } from '../dom.js';

/** Tabs made of links: without scripts each leads to its page, with them the panels that are there are shown in place. */
export class PorticoTabs extends HTMLElement {
  connectedCallback(): void {
    for (const tab of this.tabs()) tab.tabIndex = tab.getAttribute('aria-selected') === 'true' ? 0 : -1;
    this.addEventListener('click', (event) => {
      const tab = (event.target as Element).closest<HTMLElement>('[role="tab"]');
      if (tab && this.owns(tab) && !event.defaultPrevented && this.select(tab)) event.preventDefault();
    });
    this.addEventListener('keydown', (event) => this.keyed(event));
  }

  /** Shows the tab's panel; false when the page does not have it. */
  select(tab: HTMLElement): boolean {
    const panel = this.panelOf(tab);
    if (!panel) return false;
    for (const other of this.tabs()) {
      const chosen = other === tab;
      other.setAttribute('aria-selected', String(chosen));
      other.classList.toggle('active', chosen);
      other.tabIndex = chosen ? 0 : -1;
      const its = this.panelOf(other);
      if (its && its !== panel) its.hidden = true;
    }
    panel.hidden = false;
    panel.setAttribute('aria-labelledby', tab.id);
    this.dispatchEvent(new CustomEvent('portico:tab', { bubbles: true, detail: { tab, panel } }));
    return true;
  }

  private tabs(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>('[role="tab"]')].filter((tab) => this.owns(tab));
  }

  private owns(tab: Element): boolean {
    return tab.closest('portico-tabs') === this;
  }

  private panelOf(tab: HTMLElement): HTMLElement | undefined {
    const id = tab.getAttribute('aria-controls');
    return (id && this.querySelector<HTMLElement>(`#${CSS.escape(id)}`)) || undefined;
  }

  private keyed(event: KeyboardEvent): void {
    const tabs = this.tabs();
    const at = tabs.indexOf(document.activeElement as HTMLElement);
    if (at < 0) return;
    const to = { ArrowRight: (at + 1) % tabs.length, ArrowLeft: at - 1, Home: 0, End: -1 }[lineKey(event)];
    if (to !== undefined) {
      const tab = tabs.at(to);
      tab?.focus();
      if (tab) this.select(tab);
    } else if (event.key === ' ') tabs[at]?.click();
    else return;
    event.preventDefault();
  }
}
