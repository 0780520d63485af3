import { formatMessage, PortalFault, portalFetch } from '@portico/core/client';
import type { Editor } from '@tiptap/core';
import type { Node } from '@tiptap/pm/model';
import { type EditorState, NodeSelection, Plugin, type Transaction } from '@tiptap/pm/state';
import type { Notes } from './notes.js';
import { extensionOf } from './paste.js';
import type { ClientMessages } from './translator.js';

interface UploadAnswer {
  readonly picture: { readonly view: string; readonly altText: string };
}

/**
 * Pictures on their way to Documents and Media. Each stands in the text at once, under an address of this browser; when it has arrived it gets its
 * own, also where it comes back by undo; one that is refused goes, and the author reads why. The form waits for them.
 */
export class PictureUploads {
  private readonly pending = new Map<string, Promise<void>>();
  /** By the address in the browser: the address in the portal, or null for what was refused. */
  private readonly settled = new Map<string, string | null>();
  private editor: Editor | undefined;

  constructor(
    private readonly href: string,
    private readonly messages: ClientMessages,
    private readonly notes: Notes,
  ) {}

  attach(editor: Editor): void {
    this.editor = editor;
    editor.registerPlugin(new Plugin({ appendTransaction: (_transactions, _before, state) => this.settle(state) }));
  }

  get isBusy(): boolean {
    return this.pending.size > 0;
  }

  async whenDone(): Promise<void> {
    while (this.isBusy) await Promise.all(this.pending.values());
  }

  /** Begins to upload a picture; answers the address that stands for it in the text. */
  take(file: File): string {
    const address = URL.createObjectURL(file);
    const upload = this.upload(address, file).finally(() => this.pending.delete(address));
    this.pending.set(address, upload);
    return address;
  }

  /** Puts the pictures among some files into the text; says of the others where they belong. */
  insert(files: readonly File[], position?: number): void {
    const pictures = files.filter(({ type }) => type.startsWith('image/'));
    const others = files.filter((file) => !pictures.includes(file));
    const content = pictures.map((file) => ({ type: 'image', attrs: { src: this.take(file) } }));
    if (content.length > 0) {
      const { selection } = this.editor?.state ?? {};
      // Never over a picture that is selected, as the one is that was put in just before.
      const place = position ?? (selection instanceof NodeSelection ? selection.to : undefined);
      const chain = this.editor?.chain().focus();
      if (place === undefined) chain?.insertContent(content).run();
      else chain?.insertContentAt(place, content).run();
    }
    const names = others.map(({ name }) => name).join(', ');
    if (others.length > 0) this.notes.say(formatMessage(this.messages['only-pictures'], { count: others.length, names }));
  }

  private async upload(address: string, file: File): Promise<void> {
    try {
      const form = new FormData();
      form.append('file', file, this.nameOf(file));
      const answer = await portalFetch(this.href, { method: 'POST', body: form });
      const { picture } = (await answer.json()) as UploadAnswer;
      this.settled.set(address, picture.view);
    } catch (error) {
      this.settled.set(address, null);
      const sentence = error instanceof PortalFault ? error.message : this.messages['picture-failed'];
      const name = this.nameOf(file);
      const named = sentence.includes(name) ? 'yes' : 'no';
      this.notes.say(formatMessage(this.messages['picture-refused'], { name, named, sentence }));
    }
    const { editor } = this;
    if (!editor || editor.isDestroyed) return;
    const transaction = this.settle(editor.state);
    if (transaction) editor.view.dispatch(transaction);
  }

  /** A screenshot of the clipboard is always called `image.png`. */
  private nameOf({ name, type }: File): string {
    return name === '' || /^(?:image)?\.\w+$/.test(name) ? `${this.messages['pasted-picture']}.${extensionOf(type)}` : name;
  }

  private settle(state: EditorState): Transaction | undefined {
    const found: { readonly node: Node; readonly position: number }[] = [];
    state.doc.descendants((node, position) => {
      if (this.settled.has(String(node.attrs.src))) found.unshift({ node, position });
    });
    if (found.length === 0) return undefined;
    const transaction = state.tr.setMeta('addToHistory', false);
    for (const { node, position } of found) {
      const src = this.settled.get(String(node.attrs.src)) ?? null;
      if (src !== null) transaction.setNodeAttribute(position, 'src', src);
      else if (node.type.name === 'figure' && node.content.size > 0)
        transaction.replaceWith(position, position + node.nodeSize, state.schema.node('paragraph', null, node.content));
      else transaction.delete(position, position + node.nodeSize);
    }
    return transaction;
  }
}

/** The text without pictures that are still on their way. */
export function withoutPending(html: string): string {
  if (!html.includes('blob:')) return html;
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  for (const image of body.querySelectorAll('img[src^="blob:"]')) image.remove();
  return body.innerHTML;
}
