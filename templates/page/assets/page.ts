import { toast } from '@portico/core/client';

class Greeting extends HTMLElement {
  connectedCallback(): void {
    this.querySelector('button')?.addEventListener('click', () => toast(this.dataset.greeting ?? '', 'success'));
  }
}

customElements.define('acme-module-greeting', Greeting);
