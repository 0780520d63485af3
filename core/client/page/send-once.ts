/** A form that is on its way is not sent again by a double click. Coming back to the page makes it usable again. */
export function sendOnce(): void {
  const sent = new Set<HTMLFormElement>();
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.method !== 'post') return;
    if (sent.has(form)) event.preventDefault();
    else {
      sent.add(form);
      form.ariaBusy = 'true';
    }
  });
  addEventListener('pageshow', () => {
    for (const form of sent) form.ariaBusy = null;
    sent.clear();
  });
}
