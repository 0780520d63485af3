import type { AccessContext } from './access.js';
import { type ConditionalPoint, extensionPoint } from './tokens.js';

/**
 * A piece that a module adds to the end of every page in the portal's frame, for those whom its `when` admits: for what must be told wherever a
 * person is. Pages pay for it, so it is there only when it has something to say.
 */
export interface PageAddition {
  /** A view of the module; with `{{script}}` it brings a client of its own. When it cannot be shown the page comes without it. */
  readonly view: string;
  /** What the view shows; undefined: nothing on this page, not even a script. Asked for each page: a memory read. */
  model(access: AccessContext): object | undefined;
}
export const PageAdditions: ConditionalPoint<PageAddition> = extensionPoint('portico.page-additions', {
  requires: { view: 'text', model: 'function' },
  conditional: true,
});
