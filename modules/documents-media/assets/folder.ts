import { closeDialog, PortalFault, portalFetch } from '@portico/core/client';
import { type DocumentsAdded, dispatchAdded } from './parts/events.js';

/** The form of a folder. In a dialog a new folder is told to the place that opened it, so that a selector is not left. */
class FolderForm extends HTMLElement {
  connectedCallback(): void {
    const form = this.querySelector('form');
    if (!form || !this.closest('portico-dialog')) return;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.send(form);
    });
  }

  private async send(form: HTMLFormElement): Promise<void> {
    const name = form.querySelector<HTMLInputElement>('[name="name"]');
    const submit = form.querySelector<HTMLButtonElement>('[type="submit"]');
    if (!name || !submit || submit.disabled) return;
    submit.disabled = true;
    try {
      const headers = { Accept: 'application/json' };
      const answer = await portalFetch(form.action, { method: 'POST', json: { name: name.value }, headers });
      const { folder } = (await answer.json()) as Pick<DocumentsAdded, 'folder'>;
      dispatchAdded(this, { documents: [], folder });
      closeDialog(this);
    } catch (error) {
      this.showError(name, error instanceof PortalFault ? (error.fields.name ?? error.message) : String(error));
    } finally {
      submit.disabled = false;
    }
  }

  private showError(field: HTMLInputElement, sentence: string): void {
    const group = field.closest('.form-group');
    group?.classList.add('has-error');
    group?.querySelector('.field-error')?.remove();
    const item = document.createElement('div');
    item.className = 'field-error';
    item.id = 'folder-name-error';
    item.setAttribute('role', 'alert');
    item.textContent = sentence;
    group?.append(item);
    field.setAttribute('aria-invalid', 'true');
    field.setAttribute('aria-describedby', item.id);
    field.focus();
  }
}

customElements.define('portico-folder-form', FolderForm);
