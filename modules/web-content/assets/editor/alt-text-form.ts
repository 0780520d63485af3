import type { Editor } from '@tiptap/core';
import { NodeSelection } from '@tiptap/pm/state';
import { currentPicture, picturePosition } from './article-image.js';
import type { ClientMessages } from './translator.js';

/** The line below the text where the alternative text of the selected picture is read and written; it is there while a picture is selected. */
export class AltTextForm {
  readonly element = document.createElement('div');
  private readonly input = document.createElement('input');

  constructor(
    private readonly editor: Editor,
    messages: ClientMessages,
  ) {
    const label = document.createElement('label');
    const help = Object.assign(document.createElement('span'), {
      className: 'form-text',
      textContent: messages['alt-text-help'],
    });
    this.input.className = 'form-control';
    this.input.type = 'text';
    this.input.maxLength = 1000;
    this.input.id = 'editor-alt-text';
    help.id = 'editor-alt-text-help';
    label.htmlFor = this.input.id;
    label.textContent = messages['alt-text'];
    this.input.setAttribute('aria-describedby', help.id);
    this.input.addEventListener('input', () => this.write());
    this.input.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== 'Escape') return;
      event.preventDefault();
      editor.commands.focus();
    });
    this.element.className = 'editor-alt-text';
    this.element.append(label, this.input, help);
    editor.on('transaction', () => this.show());
    this.show();
  }

  private show(): void {
    const picture = currentPicture(this.editor);
    this.element.hidden = !picture;
    const text = picture?.alt ?? '';
    if (this.input.value !== text && document.activeElement !== this.input) this.input.value = text;
  }

  private write(): void {
    const { state, view } = this.editor;
    const position = picturePosition(this.editor);
    if (position === undefined) return;
    const transaction = state.tr.setNodeAttribute(position, 'alt', this.input.value || null);
    if (state.selection instanceof NodeSelection) transaction.setSelection(NodeSelection.create(transaction.doc, position));
    view.dispatch(transaction);
  }
}
