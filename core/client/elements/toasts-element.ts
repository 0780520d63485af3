import { element } from '../dom.js';
import { icon } from '../icon.js';
import type { ToastKind, ToastLink } from '../toast.js';
import { word } from '../words.js';

const shownMillis = 8000;

/** The corner where sentences appear; a live region, so that they are heard too. They stay while the pointer or the focus is on them. */
export class PorticoToasts extends HTMLElement {
  connectedCallback(): void {
    this.setAttribute('role', 'status');
    this.setAttribute('aria-live', 'polite');
    this.addEventListener('portico:toast', (event) => {
      const { sentence, kind, link } = (event as CustomEvent<{ sentence: string; kind: ToastKind; link?: ToastLink }>).detail;
      this.say(sentence, kind, link);
    });
  }

  private say(sentence: string, kind: ToastKind, link: ToastLink | undefined): void {
    const close = element('button', { class: 'close', type: 'button', 'aria-label': word('dismiss') }, icon('times'));
    const box = element(
      'div',
      { class: `alert toast-${kind} alert-${kind}` },
      element('span', { class: 'toast-text' }, sentence, ...(link ? [' ', element('a', { href: link.href }, link.text)] : [])),
      close,
    );
    close.addEventListener('click', () => box.remove());
    const leave = (): void => {
      if (box.matches(':hover, :focus-within')) setTimeout(leave, shownMillis / 4);
      else box.remove();
    };
    setTimeout(leave, shownMillis);
    this.append(box);
  }
}
