import { element } from './dom.js';
import { icon } from './icon.js';
import { portalMessage } from './translator.js';

/** One sentence about what went wrong, announced at once. */
export function alertBox(sentence: string, reference?: string): HTMLElement {
  const text = element('div', { class: 'grow' }, sentence);
  if (reference) text.append(element('div', { class: 'small' }, reference));
  return element('div', { class: 'alert alert-danger', role: 'alert' }, icon('exclamation-full'), text);
}

/** What stands where content will be. */
export function loadingBox(): HTMLElement {
  const lines = [1, 2, 3].map(() => element('div', { class: 'skeleton skeleton-text' }));
  return element(
    'div',
    { class: 'modal-body', role: 'status' },
    element('span', { class: 'sr-only' }, portalMessage('loading')),
    element('div', { class: 'skeleton skeleton-title' }),
    ...lines,
    element('div', { class: 'skeleton skeleton-block' }),
  );
}
