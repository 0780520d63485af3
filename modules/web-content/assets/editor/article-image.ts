import type { Editor, JSONContent } from '@tiptap/core';
import Image from '@tiptap/extension-image';
import { NodeSelection } from '@tiptap/pm/state';

/** Where an image keeps the caption that was suggested with it, also in the saved article. */
export const suggestionName = 'data-suggested-caption';

/** An image without a caption. It remembers the document it came from, and never carries a picture inside the HTML. */
export const ArticleImage = Image.extend({
  addAttributes() {
    return {
      ...this.parent?.(),
      width: { rendered: false },
      height: { rendered: false },
      suggestion: {
        default: null,
        parseHTML: (element) => element.getAttribute(suggestionName),
        renderHTML: ({ suggestion }) => (suggestion ? { [suggestionName]: suggestion } : {}),
      },
    };
  },
}).configure({ allowBase64: false });

/** What an image and a figure have in common. */
export interface PictureAttributes {
  readonly src: string | null;
  readonly alt: string | null;
  readonly title: string | null;
  readonly suggestion: string | null;
}

/** A picture as the content of an article: with a caption when there are words for it. */
export function pictureContent(picture: PictureAttributes, caption: string | undefined): JSONContent {
  const attrs = { ...picture };
  return caption ? { type: 'figure', attrs, content: [{ type: 'text', text: caption }] } : { type: 'image', attrs };
}

/** The picture that is selected, or whose caption is written; undefined when it is something else. */
export function currentPicture(editor: Editor): PictureAttributes | undefined {
  for (const name of ['figure', 'image']) if (editor.isActive(name)) return editor.getAttributes(name) as PictureAttributes;
  return undefined;
}

/** Where that picture stands in the document. */
export function picturePosition({ state }: Editor): number | undefined {
  const { selection } = state;
  if (selection instanceof NodeSelection && ['figure', 'image'].includes(selection.node.type.name)) return selection.from;
  return selection.$from.parent.type.name === 'figure' ? selection.$from.before() : undefined;
}
