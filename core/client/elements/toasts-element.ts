import { element } from '../dom.js';
import { icon } from '../icon.js';
import { type Toast, type ToastKind, takeToast } from '../toast.js';
import { portalMessage } from '../translator.js';

const shownMillis = 6000;
/** Screen readers say what comes into a live region after they have found it. */
const heardMillis = 200;

const icons: Record<ToastKind, string> = {
  success: 'check-circle-full',
  info: 'info-circle',
  warning: 'warning-full',
  danger: 'exclamation-full',
};

/**
 * Where notes appear, at the bottom in the middle; a live region, so that they are heard too. A note goes after six seconds, though not while the pointer
 * or the focus is on it; one that warns, or tells of a failure, stays until it is closed.
 */
export class PorticoToasts extends HTMLElement {
  /** How much room the notes take at the lower edge of the window: what else stays there stands above them. */
  private readonly room = new ResizeObserver(() => {
    const isAtTheEdge = this.childElementCount > 0 && this.closest('dialog') === null;
    const height = isAtTheEdge ? innerHeight - this.getBoundingClientRect().top : 0;
    document.documentElement.style.setProperty('--notes', `${height}px`);
  });

  constructor() {
    super();
    // Here, as it is connected anew with each dialog that opens and closes.
    this.addEventListener('portico:toast', (event) => this.say((event as CustomEvent<Toast>).detail));
  }

  connectedCallback(): void {
    this.room.observe(this);
    this.setAttribute('role', 'status');
    this.setAttribute('aria-live', 'polite');
    for (const note of this.querySelectorAll<HTMLElement>('.toast-one:not(:has(button))'))
      setTimeout(() => this.show(note, note.dataset.kind as ToastKind), heardMillis);
    const left = takeToast();
    if (left) setTimeout(() => this.say(left), heardMillis);
  }

  disconnectedCallback(): void {
    this.room.unobserve(this);
  }

  private say({ sentence, kind, link }: Toast): void {
    const text = element('span', {}, sentence, ...(link ? [' ', element('a', { href: link.href }, link.text)] : []));
    this.show(element('div', { class: 'toast-one', 'data-kind': kind }, icon(icons[kind]), text), kind);
  }

  /** Also a note that came with the page: put in anew it is heard. */
  private show(note: HTMLElement, kind: ToastKind): void {
    const close = element(
      'button',
      { class: 'btn btn-monospaced', type: 'button', 'aria-label': portalMessage('dismiss'), title: portalMessage('dismiss') },
      icon('times'),
    );
    close.addEventListener('click', () => note.remove());
    note.append(close);
    this.append(note);
    if (kind === 'warning' || kind === 'danger') return;
    const leave = (): void => {
      if (note.matches(':hover, :focus-within')) setTimeout(leave, shownMillis / 4);
      else note.remove();
    };
    setTimeout(leave, shownMillis);
  }
}
