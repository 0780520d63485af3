import { PorticoDraft } from './editor/article-draft.js';
import { PorticoEditor } from './editor/editor-element.js';

customElements.define('portico-editor', PorticoEditor);
customElements.define('portico-draft', PorticoDraft);
