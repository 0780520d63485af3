import { element } from '../dom.js';
import { icon } from '../icon.js';
import { type Toast, takeToast } from '../toast.js';
import { word } from '../words.js';

const shownMillis = 8000;
/** Screen readers say what comes into a live region after they have found it. */
const heardMillis = 200;

/** The corner where sentences appear; a live region, so that they are heard too. They stay while the pointer or the focus is on them. */
export class PorticoToasts extends HTMLElement {
  constructor() {
    super();
    // Here, as it is connected anew with each dialog that opens and closes.
    this.addEventListener('portico:toast', (event) => this.say((event as CustomEvent<Toast>).detail));
  }

  connectedCallback(): void {
    this.setAttribute('role', 'status');
    this.setAttribute('aria-live', 'polite');
    const left = takeToast();
    if (left) setTimeout(() => this.say(left), heardMillis);
  }

  private say({ sentence, kind, link }: Toast): void {
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
