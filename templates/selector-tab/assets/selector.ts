import type { SelectedItem } from '@portico/item-selector/api';

/** Says which picture was chosen; the caller of the selector gets it, whichever tab it came from. */
class Pictures extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener('click', (event) => {
      const { href, title } = (event.target as Element).closest('button')?.dataset ?? {};
      if (href === undefined || title === undefined) return;
      const detail: SelectedItem = { returnType: 'image-url', value: href, title, altText: title };
      this.dispatchEvent(new CustomEvent('portico:item-selected', { bubbles: true, detail }));
    });
  }
}

customElements.define('acme-module-pictures', Pictures);
