import type { AccessContext } from '../api/index.js';

/** One sentence shown once, on the next page a browser sees. Always text, never HTML. */
export interface Flash {
  readonly kind: 'success' | 'warning' | 'danger';
  readonly sentence: string;
}

/** What a page must know about the request it answers. */
export interface PageState {
  /** The CSP nonce of this answer: every `<script>` and `<style>` needs it. */
  readonly nonce: string;
  /** The token that forms and scripts send back; undefined for guests. */
  readonly csrf: string | undefined;
  readonly access: AccessContext;
  /** The path of the request as it came, e.g. `/web/home/notes`. */
  readonly path: string;
  /** The query string without `?`; empty when there is none. */
  readonly query: string;
  readonly flash: Flash | undefined;
  /** Names this request in the log; error pages show it. */
  readonly reference: string;
}
