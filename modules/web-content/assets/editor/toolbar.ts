import { icon, lineKey } from '@portico/core/client';
import type { Editor } from '@tiptap/core';
import { currentPicture } from './article-image.js';
import { insertTable } from './tables.js';
import type { ClientMessages, MessageKey } from './translator.js';

interface Button {
  readonly message: MessageKey;
  readonly icon: string;
  readonly press: (editor: Editor) => void;
  /** Present for buttons that stay pressed while the cursor is inside what they make. */
  readonly pressed?: (editor: Editor) => boolean;
  /** Present for buttons that work on some things only. */
  readonly usable?: (editor: Editor) => boolean;
}

const groups: readonly (readonly Button[])[] = [
  [
    { message: 'bold', icon: 'bold', press: (e) => e.chain().focus().toggleBold().run(), pressed: (e) => e.isActive('bold') },
    {
      message: 'italic',
      icon: 'italic',
      press: (e) => e.chain().focus().toggleItalic().run(),
      pressed: (e) => e.isActive('italic'),
    },
  ],
  [
    // The title of the page is the heading of the first level, so an article starts with the second.
    {
      message: 'heading-2',
      icon: 'h1',
      press: (e) => e.chain().focus().toggleHeading({ level: 2 }).run(),
      pressed: (e) => e.isActive('heading', { level: 2 }),
    },
    {
      message: 'heading-3',
      icon: 'h2',
      press: (e) => e.chain().focus().toggleHeading({ level: 3 }).run(),
      pressed: (e) => e.isActive('heading', { level: 3 }),
    },
  ],
  [
    {
      message: 'bullet-list',
      icon: 'list-ul',
      press: (e) => e.chain().focus().toggleBulletList().run(),
      pressed: (e) => e.isActive('bulletList'),
    },
    {
      message: 'ordered-list',
      icon: 'list-ol',
      press: (e) => e.chain().focus().toggleOrderedList().run(),
      pressed: (e) => e.isActive('orderedList'),
    },
    {
      message: 'blockquote',
      icon: 'quote-left',
      press: (e) => e.chain().focus().toggleBlockquote().run(),
      pressed: (e) => e.isActive('blockquote'),
    },
  ],
];

const history: readonly Button[] = [
  { message: 'undo', icon: 'undo', press: (e) => e.chain().focus().undo().run() },
  { message: 'redo', icon: 'redo', press: (e) => e.chain().focus().redo().run() },
];

/** The editor's toolbar: one stop of the Tab key, arrow keys inside, as the toolbar pattern of ARIA has it. */
export class Toolbar {
  readonly element = document.createElement('div');
  private readonly buttons: HTMLButtonElement[] = [];

  constructor(editor: Editor, messages: ClientMessages, open: Readonly<Record<'image' | 'caption' | 'link', () => void>>) {
    const insert: readonly Button[] = [
      { message: 'link', icon: 'link', press: open.link, pressed: (e) => e.isActive('link') },
      { message: 'image', icon: 'picture', press: open.image },
      {
        message: 'table',
        icon: 'table',
        press: insertTable,
        pressed: (e) => e.isActive('table'),
        usable: (e) => !e.isActive('table'),
      },
      {
        message: 'caption',
        icon: 'textbox',
        press: open.caption,
        pressed: (e) => e.isActive('figure'),
        usable: (e) => currentPicture(e) !== undefined,
      },
    ];
    this.element.className = 'editor-toolbar';
    this.element.setAttribute('role', 'toolbar');
    this.element.setAttribute('aria-label', messages.toolbar);
    for (const [index, group] of [...groups, insert, history].entries()) {
      if (index > 0) this.element.append(Object.assign(document.createElement('span'), { className: 'editor-toolbar-gap' }));
      for (const button of group) this.element.append(this.button(button, editor, messages));
    }
    this.element.addEventListener('keydown', (event) => this.move(event));
    this.makeTabStop(this.buttons[0]);
  }

  private button(
    { message, icon: sign, press, pressed, usable }: Button,
    editor: Editor,
    messages: ClientMessages,
  ): HTMLButtonElement {
    const element = document.createElement('button');
    element.type = 'button';
    element.className = 'btn btn-monospaced quiet';
    element.append(icon(sign));
    element.title = messages[message];
    element.setAttribute('aria-label', messages[message]);
    element.addEventListener('click', () => {
      this.makeTabStop(element);
      if (usable?.(editor) !== false) press(editor);
    });
    if (pressed) {
      const show = (): void => {
        element.setAttribute('aria-pressed', String(pressed(editor)));
        // Not `disabled`: the arrow keys still find it, and it can say what it is.
        if (usable) element.setAttribute('aria-disabled', String(!usable(editor)));
      };
      editor.on('transaction', show);
      show();
    }
    this.buttons.push(element);
    return element;
  }

  private move(event: KeyboardEvent): void {
    const here = this.buttons.indexOf(document.activeElement as HTMLButtonElement);
    const last = this.buttons.length - 1;
    const target = { ArrowRight: here === last ? 0 : here + 1, ArrowLeft: here === 0 ? last : here - 1, Home: 0, End: last }[
      lineKey(event)
    ];
    if (here < 0 || target === undefined) return;
    event.preventDefault();
    this.makeTabStop(this.buttons[target]);
    this.buttons[target]?.focus();
  }

  private makeTabStop(stop: HTMLButtonElement | undefined): void {
    for (const button of this.buttons) button.tabIndex = button === stop ? 0 : -1;
  }
}
