import { type Editor, Extension, Node } from '@tiptap/core';
import { type Command, type EditorState, TextSelection } from '@tiptap/pm/state';
import {
  addColumnAfter,
  addRowAfter,
  deleteColumn,
  deleteRow,
  deleteTable,
  fixTables,
  goToNextCell,
  tableEditing,
} from '@tiptap/pm/tables';
import type { ClientMessages, MessageKey } from './translator.js';

/** What prosemirror-tables goes by. */
const roles: Readonly<Record<string, string>> = {
  table: 'table',
  tableRow: 'row',
  tableCell: 'cell',
  tableHeader: 'header_cell',
};

const spanOf = (
  name: string,
): { default: number; parseHTML: (cell: HTMLElement) => number; renderHTML: (of: object) => object } => ({
  default: 1,
  parseHTML: (cell) => Math.max(1, Number.parseInt(cell.getAttribute(name) ?? '1', 10) || 1),
  renderHTML: (attributes) => {
    const span = (attributes as Record<string, number>)[name] ?? 1;
    return span > 1 ? { [name]: span } : {};
  },
});

const cell = (name: string, tag: 'td' | 'th'): Node =>
  Node.create({
    name,
    content: 'block+',
    isolating: true,
    // Nothing about widths: those would be styles, which the policy refuses.
    addAttributes: () => ({
      colspan: spanOf('colspan'),
      rowspan: spanOf('rowspan'),
      colwidth: { default: null, rendered: false },
    }),
    parseHTML: () => [{ tag }],
    renderHTML: ({ HTMLAttributes }) => [tag, HTMLAttributes, 0],
  });

const press =
  (command: Command) =>
  ({ editor }: { editor: Editor }): boolean =>
    command(editor.state, editor.view.dispatch);

/** The rows alone: the caption has been read. */
function withoutCaption(table: HTMLElement | globalThis.Node): HTMLElement {
  const rows = table.cloneNode(true) as HTMLElement;
  rows.querySelector(':scope > caption')?.remove();
  return rows;
}

/** Tables as an article has them: rows of cells and of headings. */
export const tableExtensions = [
  Extension.create({
    name: 'tableRoles',
    extendNodeSchema: ({ name }) => (roles[name] ? { tableRole: roles[name] } : {}),
  }),
  Node.create({
    name: 'table',
    group: 'block',
    content: 'tableRow+',
    isolating: true,
    // Tables with one come from forms without scripts and from other programs; every child of a table is a row to what works on tables.
    addAttributes: () => ({
      caption: {
        default: '',
        parseHTML: (table) => table.querySelector(':scope > caption')?.textContent?.trim() ?? '',
        rendered: false,
      },
    }),
    parseHTML: () => [{ tag: 'table', contentElement: withoutCaption }],
    renderHTML: ({ node, HTMLAttributes }) => {
      const caption = String(node.attrs.caption);
      return ['table', { dir: HTMLAttributes.dir }, ...(caption === '' ? [] : [['caption', caption]]), ['tbody', 0]];
    },
    addKeyboardShortcuts: () => ({ Tab: press(goToNextCell(1)), 'Shift-Tab': press(goToNextCell(-1)) }),
    addProseMirrorPlugins: () => [tableEditing()],
    /** Rows of different lengths, as they are pasted, get the cells that are missing. */
    onCreate: ({ editor }) => {
      const fixed = fixTables(editor.state);
      if (fixed?.docChanged) editor.view.dispatch(fixed.setMeta('addToHistory', false));
    },
  }),
  Node.create({
    name: 'tableRow',
    content: '(tableCell | tableHeader)+',
    parseHTML: () => [{ tag: 'tr' }],
    renderHTML: () => ['tr', 0],
  }),
  cell('tableCell', 'td'),
  cell('tableHeader', 'th'),
];

/** Three columns and rows, with headings; the cursor goes into the first. */
export function insertTable(editor: Editor): void {
  const row = (type: string): object => ({
    type: 'tableRow',
    content: Array.from({ length: 3 }, () => ({ type, content: [{ type: 'paragraph' }] })),
  });
  const { from } = editor.state.selection;
  const content = { type: 'table', content: [row('tableHeader'), row('tableCell'), row('tableCell')] };
  editor.chain().focus().insertContent(content).run();
  const start = firstCellAfter(editor.state, from);
  if (start !== undefined)
    editor.view.dispatch(editor.state.tr.setSelection(TextSelection.near(editor.state.doc.resolve(start))));
}

function firstCellAfter({ doc }: EditorState, position: number): number | undefined {
  let found: number | undefined;
  doc.descendants((node, at) => {
    if (found === undefined && at >= position - 1 && node.type.name === 'tableHeader') found = at + 1;
    return found === undefined;
  });
  return found;
}

const actions: readonly (readonly [MessageKey, Command])[] = [
  ['table-row-add', addRowAfter],
  ['table-column-add', addColumnAfter],
  ['table-row-delete', deleteRow],
  ['table-column-delete', deleteColumn],
  ['table-delete', deleteTable],
];

/** The line under the toolbar that works on a table while the cursor is in one. */
export function tableBar(editor: Editor, messages: ClientMessages): HTMLElement {
  const bar = document.createElement('div');
  bar.className = 'editor-toolbar';
  bar.setAttribute('role', 'group');
  bar.setAttribute('aria-label', messages.table);
  for (const [word, command] of actions) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'btn quiet';
    button.textContent = messages[word];
    button.addEventListener('click', () => {
      command(editor.state, editor.view.dispatch);
      editor.commands.focus();
    });
    bar.append(button);
  }
  const show = (): void => {
    bar.hidden = !editor.isActive('table');
  };
  editor.on('transaction', show);
  show();
  return bar;
}
