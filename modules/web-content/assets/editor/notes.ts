import { icon } from '@portico/core/client';

/** What the author must know about what was pasted, dropped or uploaded: sentences that stay until they are closed. */
export class Notes {
  readonly element = document.createElement('div');

  constructor(private readonly close: string) {
    this.element.className = 'editor-notes';
  }

  say(sentence: string): void {
    const text = Object.assign(document.createElement('div'), { className: 'grow', textContent: sentence });
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'btn btn-monospaced quiet';
    button.title = this.close;
    button.setAttribute('aria-label', this.close);
    button.append(icon('times'));
    const note = document.createElement('div');
    note.className = 'alert alert-warning';
    note.setAttribute('role', 'alert');
    note.append(icon('warning-full'), text, button);
    button.addEventListener('click', () => note.remove());
    for (const same of this.element.children) if (same.textContent === sentence) same.remove();
    this.element.append(note);
  }
}
