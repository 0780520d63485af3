import { PorticoEditor } from './editor/editor-element.js';

customElements.define('portico-editor', PorticoEditor);
