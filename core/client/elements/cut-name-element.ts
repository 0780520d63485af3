const sizes = new ResizeObserver((entries) => {
  const names = entries.map(({ target }) => target as PorticoCut);
  // All are measured before the first one moves.
  const gaps = names.map((name) => name.gap());
  for (const [index, name] of names.entries()) name.close(gaps[index] ?? 0);
});
const pen = document.createElement('canvas').getContext('2d');

/**
 * A name in two parts, of which the first is cut where there is no room. A browser cuts behind a whole letter and leaves what the next one would
 * have taken; the end of the name moves there, so that the gap is behind the name and not inside it. Without scripts the gap stays.
 */
export class PorticoCut extends HTMLElement {
  connectedCallback(): void {
    sizes.observe(this);
  }

  disconnectedCallback(): void {
    sizes.unobserve(this);
  }

  /** Pixels between what is seen of the first part and its end. */
  gap(): number {
    const first = this.firstElementChild;
    const text = first?.firstChild;
    if (!first || !(text instanceof Text) || first.scrollWidth <= first.clientWidth) return 0;
    const { font } = getComputedStyle(first);
    if (pen) pen.font = font;
    const room = first.getBoundingClientRect().width - (pen?.measureText('…').width ?? 0);
    const range = document.createRange();
    range.setStart(text, 0);
    const widthOf = (length: number): number => {
      range.setEnd(text, length);
      return range.getBoundingClientRect().width;
    };
    let [fits, tooLong] = [0, text.length];
    while (tooLong - fits > 1) {
      const middle = (fits + tooLong) >> 1;
      if (widthOf(middle) <= room) fits = middle;
      else tooLong = middle;
    }
    return fits === 0 ? 0 : Math.max(0, room - widthOf(fits));
  }

  close(gap: number): void {
    if (gap === 0) this.style.removeProperty('--cut-gap');
    else this.style.setProperty('--cut-gap', `${gap}px`);
  }
}
