import { formatMessage } from '@portico/core/client';
import { openItemSelector, type SelectedItem } from '@portico/item-selector/client';
import { Editor } from '@tiptap/core';
import StarterKit from '@tiptap/starter-kit';
import { ArticleImage, type PictureAttributes, pictureContent } from './article-image.js';
import { Figure, toggleCaption } from './figure.js';
import { LinkForm } from './link-form.js';
import { Toolbar } from './toolbar.js';
import type { ClientMessages } from './translator.js';

/** The line below the text that offers a caption which was suggested for the selected image and does not stand there. */
class CaptionHint {
  readonly element = document.createElement('div');
  private readonly sentence = document.createElement('span');
  private readonly button = document.createElement('button');

  constructor(
    private readonly editor: Editor,
    private readonly messages: ClientMessages,
    add: () => void,
  ) {
    this.element.className = 'editor-hint';
    this.sentence.setAttribute('role', 'status');
    this.button.type = 'button';
    this.button.className = 'btn btn-secondary';
    this.button.textContent = messages['caption-add'];
    this.button.addEventListener('click', add);
    this.element.append(this.sentence, this.button);
    editor.on('transaction', () => this.show());
    this.show();
  }

  private show(): void {
    const { suggestion } = this.editor.getAttributes('image') as Partial<PictureAttributes>;
    const offered = this.editor.isActive('image') && suggestion ? suggestion : undefined;
    const sentence = offered ? formatMessage(this.messages['caption-offered'], { caption: offered }) : '';
    if (this.sentence.textContent !== sentence) this.sentence.textContent = sentence;
    this.element.classList.toggle('is-empty', !offered);
    this.button.hidden = !offered;
  }
}

/**
 * `<portico-editor>` makes a rich-text editor of the textarea inside it. The textarea stays the form's field and is kept in
 * step, so that without scripts the same form does the same job.
 */
export class PorticoEditor extends HTMLElement {
  private editor: Editor | undefined;

  connectedCallback(): void {
    const textarea = this.querySelector('textarea');
    if (!textarea || this.editor) return;
    const messages = JSON.parse(this.getAttribute('messages') ?? '{}') as ClientMessages;
    const content = document.createElement('div');
    content.className = 'editor-content';
    const editor = new Editor({
      element: content,
      injectCSS: false,
      extensions: [
        StarterKit.configure({
          heading: { levels: [2, 3] },
          link: { openOnClick: false, protocols: ['https', 'mailto'], defaultProtocol: 'https' },
        }),
        ArticleImage,
        Figure.configure({ placeholder: messages['caption-placeholder'] }),
      ],
      content: textarea.value,
      editorProps: {
        attributes: { role: 'textbox', 'aria-multiline': 'true', 'aria-labelledby': `${textarea.id}-label`, class: 'tiptap' },
      },
      onUpdate: () => {
        textarea.value = editor.isEmpty ? '' : editor.getHTML();
      },
    });
    const linkForm = new LinkForm(editor, messages);
    const toolbar = new Toolbar(editor, messages, {
      image: () => void this.chooseImage(editor),
      caption: () => toggleCaption(editor),
      link: () => linkForm.toggle(),
    });
    const hint = new CaptionHint(editor, messages, () => toggleCaption(editor));
    textarea.hidden = true;
    this.append(toolbar.element, linkForm.element, content, hint.element);
    document.querySelector(`label[for="${textarea.id}"]`)?.addEventListener('click', (event) => {
      event.preventDefault();
      editor.commands.focus();
    });
    this.editor = editor;
  }

  disconnectedCallback(): void {
    this.editor?.destroy();
    this.editor = undefined;
  }

  /** Asks the item selector for an image and puts it where the cursor was. */
  private async chooseImage(editor: Editor): Promise<void> {
    const item = await openItemSelector({
      href: this.getAttribute('selector') ?? '',
      criterion: { itemType: 'image', returnTypes: ['image-url'], uploads: true },
    });
    if (item) insertImage(editor, item);
  }
}

/** With the caption that came with it, where that is to be shown; else the caption waits with the image. */
function insertImage(editor: Editor, { value, altText, caption }: SelectedItem): void {
  const picture = { src: value, alt: altText, title: null, suggestion: caption?.text ?? null };
  editor
    .chain()
    .focus()
    .insertContent(pictureContent(picture, caption?.shown ? caption.text : undefined))
    .run();
}
