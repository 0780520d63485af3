import type { Editor } from '@tiptap/core';
import type { ClientMessages } from './translator.js';

/** What a link may lead to. */
export const rightAddress = /^(?:https:\/\/|mailto:|\/(?![/\\])|#)/i;

/** The line under the toolbar where the address of a link is typed. */
export class LinkForm {
  readonly element = document.createElement('div');
  private readonly input = document.createElement('input');

  constructor(
    private readonly editor: Editor,
    private readonly messages: ClientMessages,
  ) {
    const label = document.createElement('label');
    this.input.className = 'form-control';
    this.input.type = 'text';
    label.append(messages['link-prompt'], this.input);
    const apply = document.createElement('button');
    apply.type = 'button';
    apply.className = 'btn btn-secondary';
    apply.textContent = messages['link-apply'];
    apply.addEventListener('click', () => this.apply());
    this.input.addEventListener('input', () => this.input.setCustomValidity(''));
    this.input.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') {
        event.preventDefault();
        this.apply();
      }
      if (event.key === 'Escape') this.close();
    });
    this.element.className = 'editor-link';
    this.element.hidden = true;
    this.element.append(label, apply);
  }

  toggle(): void {
    if (!this.element.hidden) {
      this.close();
      return;
    }
    this.input.value = String(this.editor.getAttributes('link').href ?? '');
    this.element.hidden = false;
    this.input.focus();
  }

  private apply(): void {
    const href = this.input.value.trim();
    if (href !== '' && !rightAddress.test(href)) {
      this.input.setCustomValidity(this.messages['link-wrong']);
      this.input.reportValidity();
      return;
    }
    const chain = this.editor.chain().focus().extendMarkRange('link');
    if (href === '') chain.unsetLink().run();
    else if (this.editor.state.selection.empty && !this.editor.isActive('link')) {
      chain.insertContent({ type: 'text', text: href, marks: [{ type: 'link', attrs: { href } }] }).run();
    } else chain.setLink({ href }).run();
    this.close();
  }

  private close(): void {
    this.element.hidden = true;
    this.editor.commands.focus();
  }
}
