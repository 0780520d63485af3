import { formatMessage } from '@portico/core/client';
import type { Editor } from '@tiptap/core';
import type { PictureAttributes } from './article-image.js';
import type { ClientMessages } from './translator.js';

/** The line below the text that offers a caption which was suggested for the selected image and does not stand there. */
export class CaptionHint {
  readonly element = document.createElement('div');
  private readonly sentence = document.createElement('span');
  private readonly button = document.createElement('button');

  constructor(
    private readonly editor: Editor,
    private readonly words: ClientMessages,
    add: () => void,
  ) {
    this.element.className = 'editor-hint';
    this.sentence.setAttribute('role', 'status');
    this.button.type = 'button';
    this.button.className = 'btn btn-secondary';
    this.button.textContent = words['caption-add'];
    this.button.addEventListener('click', add);
    this.element.append(this.sentence, this.button);
    editor.on('transaction', () => this.show());
    this.show();
  }

  private show(): void {
    const { suggestion } = this.editor.getAttributes('image') as Partial<PictureAttributes>;
    const offered = this.editor.isActive('image') && suggestion ? suggestion : undefined;
    const sentence = offered ? formatMessage(this.words['caption-offered'], { caption: offered }) : '';
    if (this.sentence.textContent !== sentence) this.sentence.textContent = sentence;
    this.element.classList.toggle('is-empty', !offered);
    this.button.hidden = !offered;
  }
}
