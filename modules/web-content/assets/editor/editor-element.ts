import { formatMessage } from '@portico/core/client';
import { openItemSelector, type SelectedItem } from '@portico/item-selector/client';
import { Editor, Node as EditorNode, Extension, Mark } from '@tiptap/core';
import StarterKit from '@tiptap/starter-kit';
import { AltTextForm } from './alt-text-form.js';
import { ArticleImage, type PictureAttributes, pictureContent } from './article-image.js';
import { Figure, toggleCaption } from './figure.js';
import { LinkForm, rightAddress } from './link-form.js';
import { Notes } from './notes.js';
import { hasWords, type LeftOut, normalizePaste } from './paste.js';
import { PictureUploads, withoutPending } from './picture-uploads.js';
import { tableBar, tableExtensions } from './tables.js';
import { Toolbar } from './toolbar.js';
import type { ClientMessages } from './translator.js';

/** Signs above and below the line: m² without its height is m2, and 10² is 102. */
const heights = (
  [
    ['superscript', 'sup', 'Mod-.'],
    ['subscript', 'sub', 'Mod-,'],
  ] as const
).map(([name, tag, keys]) =>
  Mark.create({
    name,
    excludes: 'superscript subscript',
    parseHTML: () => [{ tag }],
    renderHTML: () => [tag, 0],
    addKeyboardShortcuts() {
      return { [keys]: () => this.editor.commands.toggleMark(this.name) };
    },
  }),
);

/**
 * A heading of the first level stays one where it was written without scripts or came from elsewhere; here nobody makes one, as the title of the
 * article is that already.
 */
const TopHeading = EditorNode.create({
  name: 'topHeading',
  group: 'block',
  content: 'inline*',
  defining: true,
  parseHTML: () => [{ tag: 'h1' }],
  renderHTML: () => ['h1', 0],
});

/** Lists, quotations and tables run in the direction of their own words, as in the article; what is stored says nothing of it. */
const Directions = Extension.create({
  name: 'directions',
  addGlobalAttributes: () => [
    {
      types: ['bulletList', 'orderedList', 'blockquote', 'table'],
      attributes: { dir: { default: 'auto', parseHTML: () => 'auto' } },
    },
  ],
});

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
  private aborter = new AbortController();

  connectedCallback(): void {
    const textarea = this.querySelector('textarea');
    if (!textarea || this.editor) return;
    const messages = JSON.parse(this.getAttribute('messages') ?? '{}') as ClientMessages;
    const content = document.createElement('div');
    content.className = 'editor-content';
    const notes = new Notes(messages['note-close']);
    const uploads = new PictureUploads(this.getAttribute('pictures') ?? '', messages, notes);
    const insertFiles = (transfer: DataTransfer | null, position?: number): boolean => {
      const files = [...(transfer?.files ?? [])];
      // Office programs send a picture of the text beside the text: the text is what was copied.
      if (files.length === 0 || hasWords(transfer?.getData('text/html') ?? '')) return false;
      uploads.insert(files, position);
      return true;
    };
    const editor = new Editor({
      element: content,
      injectCSS: false,
      extensions: [
        StarterKit.configure({
          heading: { levels: [2, 3, 4] },
          link: { openOnClick: false, defaultProtocol: 'https', isAllowedUri: (address) => rightAddress.test(address) },
        }),
        TopHeading,
        ...tableExtensions,
        ...heights,
        Directions,
        ArticleImage,
        Figure.configure({ placeholder: messages['caption-placeholder'] }),
      ],
      content: textarea.value,
      editorProps: {
        attributes: {
          role: 'textbox',
          'aria-multiline': 'true',
          'aria-labelledby': `${textarea.id}-label`,
          class: 'tiptap',
          dir: 'auto',
        },
        transformPastedHTML: (html) => {
          const tidy = normalizePaste(html, { origin: location.origin, takePicture: (file) => uploads.take(file) });
          sayLeftOut(tidy.leftOut, messages, notes);
          return tidy.html;
        },
        handlePaste: (_view, event) => insertFiles(event.clipboardData),
        handleDrop: (view, event) => {
          // What is moved within the text is no file, although the browser offers one.
          if (view.dragging) return false;
          const position = view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos;
          return insertFiles(event.dataTransfer, position);
        },
      },
      onUpdate: () => {
        const html = editor.getHTML();
        textarea.value = html === untouched ? textarea.defaultValue : editor.isEmpty ? '' : withoutPending(html);
        textarea.dispatchEvent(new Event('input', { bubbles: true }));
      },
    });
    textarea.addEventListener('portico:restored', () => editor.commands.setContent(textarea.value));
    // What the editor makes of the text by itself is no change of its author's.
    const untouched = editor.getHTML();
    uploads.attach(editor);
    const linkForm = new LinkForm(editor, messages);
    const toolbar = new Toolbar(editor, messages, {
      image: () => void this.chooseImage(editor, messages['select-image']),
      caption: () => toggleCaption(editor),
      link: () => linkForm.toggle(),
    });
    const hint = new CaptionHint(editor, messages, () => toggleCaption(editor));
    textarea.hidden = true;
    const altText = new AltTextForm(editor, messages);
    this.append(
      toolbar.element,
      linkForm.element,
      tableBar(editor, messages),
      notes.element,
      content,
      altText.element,
      hint.element,
    );
    this.watchDrops(insertFiles);
    this.waitFor(uploads, textarea.form);
    document.querySelector(`label[for="${textarea.id}"]`)?.addEventListener('click', (event) => {
      event.preventDefault();
      editor.commands.focus();
    });
    this.editor = editor;
  }

  disconnectedCallback(): void {
    this.aborter.abort();
    this.editor?.destroy();
    this.editor = undefined;
  }

  /** What is dropped beside the text never takes the page away: a picture goes to where the cursor is, a link or a text goes where it can be typed. */
  private watchDrops(insertFiles: (transfer: DataTransfer | null) => boolean): void {
    const { signal } = this.aborter;
    const carriesFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') ?? false;
    const isTypedIn = ({ target }: Event): boolean =>
      target instanceof Element && target.closest('[contenteditable="true"], input, textarea') !== null;
    document.addEventListener(
      'dragover',
      (event) => {
        if (carriesFiles(event) || !isTypedIn(event)) event.preventDefault();
      },
      { signal },
    );
    document.addEventListener(
      'drop',
      (event) => {
        if (event.defaultPrevented) return;
        if (carriesFiles(event)) {
          event.preventDefault();
          insertFiles(event.dataTransfer);
        } else if (!isTypedIn(event)) event.preventDefault();
      },
      { signal },
    );
  }

  /** The form is sent when the pictures in it have arrived. */
  private waitFor(uploads: PictureUploads, form: HTMLFormElement | null): void {
    form?.addEventListener(
      'submit',
      (event) => {
        if (!uploads.isBusy) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        const { submitter } = event;
        void uploads.whenDone().then(() => form.requestSubmit(submitter));
      },
      { capture: true, signal: this.aborter.signal },
    );
  }

  /** Asks the item selector for an image and puts it where the cursor was. */
  private async chooseImage(editor: Editor, title: string): Promise<void> {
    const item = await openItemSelector({
      href: this.getAttribute('selector') ?? '',
      criterion: { itemType: 'image', returnTypes: ['image-url'], uploads: true },
      title,
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

/** Nothing that was pasted goes in silence. */
function sayLeftOut({ pictures, things, links, lostLinks, remarks }: LeftOut, messages: ClientMessages, notes: Notes): void {
  if (pictures > 0) notes.say(formatMessage(messages['pictures-left-out'], { count: pictures }));
  if (things > 0) notes.say(formatMessage(messages['things-left-out'], { count: things }));
  if (remarks) notes.say(formatMessage(messages['remarks-left-out']));
  if (lostLinks > 0) notes.say(formatMessage(messages['links-left-out'], { count: lostLinks }));
  if (links.size > 0)
    notes.say(formatMessage(messages['links-as-text'], { count: links.size, addresses: shortList([...links]) }));
}

function shortList(addresses: readonly string[]): string {
  const shown = addresses.slice(0, 5).map((address) => address.slice(0, 100));
  return [...shown, ...(addresses.length > shown.length ? ['…'] : [])].join(', ');
}
