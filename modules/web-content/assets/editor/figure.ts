import { type Editor, Node } from '@tiptap/core';
import { NodeSelection, Plugin, TextSelection } from '@tiptap/pm/state';
import { type PictureAttributes, picturePosition, suggestionName } from './article-image.js';

const pictureSelector = 'img[src]:not([src^="data:"])';

const attribute = (name: string): { default: null; parseHTML: (figure: HTMLElement) => string | null } => ({
  default: null,
  parseHTML: (figure) => figure.querySelector(pictureSelector)?.getAttribute(name) ?? null,
});

function pictureOf({ src, alt, title, suggestion }: Partial<PictureAttributes>): Record<string, string> {
  const attributes = { src, alt, title, [suggestionName]: suggestion };
  return Object.fromEntries(
    Object.entries(attributes).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/**
 * A picture with a caption: `<figure><img><figcaption>`. The picture belongs to the node itself, so that no caption is ever left
 * without one; the caption is text that is edited in place.
 */
export const Figure = Node.create<{ readonly placeholder: string }>({
  name: 'figure',
  group: 'block',
  content: 'text*',
  marks: 'bold italic link',
  isolating: true,
  draggable: true,

  addOptions: () => ({ placeholder: '' }),

  addAttributes: () => ({
    src: attribute('src'),
    alt: attribute('alt'),
    title: attribute('title'),
    suggestion: attribute(suggestionName),
  }),

  parseHTML: () => [
    {
      tag: 'figure',
      contentElement: 'figcaption',
      getAttrs: (figure) => (figure.querySelector(pictureSelector) && figure.querySelector('figcaption') ? null : false),
    },
  ],

  renderHTML: ({ node }) => ['figure', ['img', pictureOf(node.attrs)], ['figcaption', 0]],

  /** As it is rendered, with a hint in an empty caption. */
  addNodeView() {
    return ({ node }) => {
      const dom = document.createElement('figure');
      const picture = document.createElement('img');
      const contentDOM = document.createElement('figcaption');
      for (const [name, value] of Object.entries(pictureOf(node.attrs))) picture.setAttribute(name, value);
      picture.contentEditable = 'false';
      contentDOM.dataset.placeholder = this.options.placeholder;
      dom.append(picture, contentDOM);
      const show = (isEmpty: boolean): void => void contentDOM.classList.toggle('is-empty', isEmpty);
      show(node.content.size === 0);
      return {
        dom,
        contentDOM,
        update: (next) => {
          if (next.type !== node.type || !next.hasMarkup(node.type, node.attrs)) return false;
          show(next.content.size === 0);
          return true;
        },
      };
    };
  },

  addKeyboardShortcuts() {
    return {
      Enter: ({ editor }) => isInCaption(editor) && leave(editor),
      Escape: ({ editor }) => isInCaption(editor) && selectFigure(editor),
      // At its start: an empty caption goes, the picture stays; before words, the picture is selected and a second press deletes it.
      Backspace: ({ editor }) => {
        const { empty, $from } = editor.state.selection;
        if (!isInCaption(editor) || !empty || $from.parentOffset > 0) return false;
        return $from.parent.content.size === 0 ? removeCaption(editor) : selectFigure(editor);
      },
    };
  },

  addProseMirrorPlugins() {
    return [
      new Plugin({
        props: {
          /** A click on the picture selects all of it; one on the caption puts the cursor there. */
          handleClickOn: (view, _at, node, position, event) => {
            if (node.type !== this.type || !(event.target instanceof HTMLImageElement)) return false;
            view.dispatch(view.state.tr.setSelection(NodeSelection.create(view.state.doc, position)));
            return true;
          },
        },
      }),
    ];
  },
});

/** Takes the caption from the selected figure, gives one to the selected image. */
export function toggleCaption(editor: Editor): void {
  if (editor.isActive('figure')) removeCaption(editor);
  else addCaption(editor);
}

function addCaption(editor: Editor): void {
  const { state } = editor;
  const { selection, schema } = state;
  const type = schema.nodes.figure;
  if (!type || !(selection instanceof NodeSelection) || selection.node.type.name !== 'image') return;
  const { src, alt, title, suggestion } = selection.node.attrs as PictureAttributes;
  const figure = type.create({ src, alt, title, suggestion }, suggestion ? schema.text(suggestion) : undefined);
  const transaction = state.tr.replaceSelectionWith(figure, false);
  const inCaption = TextSelection.create(transaction.doc, selection.from + 1 + figure.content.size);
  editor.view.dispatch(transaction.setSelection(inCaption).scrollIntoView());
  editor.view.focus();
}

function removeCaption(editor: Editor): boolean {
  const { state } = editor;
  const position = figurePosition(editor);
  const figure = position === undefined ? null : state.doc.nodeAt(position);
  const type = state.schema.nodes.image;
  if (position === undefined || !figure || !type) return false;
  const { src, alt, title, suggestion } = figure.attrs;
  const image = type.create({ src, alt, title, suggestion });
  const transaction = state.tr.replaceWith(position, position + figure.nodeSize, image);
  editor.view.dispatch(transaction.setSelection(NodeSelection.create(transaction.doc, position)));
  editor.view.focus();
  return true;
}

const isInCaption = ({ state }: Editor): boolean => state.selection.$from.parent.type.name === 'figure';

function figurePosition(editor: Editor): number | undefined {
  const position = picturePosition(editor);
  return position !== undefined && editor.state.doc.nodeAt(position)?.type.name === 'figure' ? position : undefined;
}

function selectFigure(editor: Editor): boolean {
  const position = figurePosition(editor);
  return position !== undefined && editor.commands.setNodeSelection(position);
}

/** On to a new paragraph below. */
function leave(editor: Editor): boolean {
  const position = figurePosition(editor);
  const figure = position === undefined ? null : editor.state.doc.nodeAt(position);
  if (position === undefined || !figure) return false;
  const below = position + figure.nodeSize;
  return editor
    .chain()
    .insertContentAt(below, { type: 'paragraph' })
    .setTextSelection(below + 1)
    .run();
}
