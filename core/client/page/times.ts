const formats = new Map<string, Intl.DateTimeFormat>();

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const name = JSON.stringify(options);
  let known = formats.get(name);
  if (!known) {
    const { lang, dataset } = document.documentElement;
    const chosen = dataset.timeZone === undefined ? {} : { timeZone: dataset.timeZone };
    known = new Intl.DateTimeFormat(lang || undefined, { ...options, ...chosen });
    formats.set(name, known);
  }
  return known;
}

function zoneOf(moment: Date): string {
  const parts = format({ hour: 'numeric', timeZoneName: 'short' }).formatToParts(moment);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

/** What the server wrote in the zone of the place, in that of the person, or else of this browser, which is named; a date alone names it, with its time, when somebody points at it. */
function localise(time: HTMLTimeElement): void {
  // A day of the calendar has no time.
  if (!/T.*Z$/.test(time.dateTime)) return;
  const moment = new Date(time.dateTime);
  if (Number.isNaN(moment.getTime())) return;
  const whole = `${format({ dateStyle: 'medium', timeStyle: 'short' }).format(moment)} ${zoneOf(moment)}`;
  const shown = time.dataset.time;
  if (shown === 'both') time.textContent = whole;
  else if (shown === 'time') time.textContent = `${format({ timeStyle: 'short' }).format(moment)} ${zoneOf(moment)}`;
  else {
    time.textContent = format({ dateStyle: 'medium' }).format(moment);
    time.title = whole;
  }
}

/** Times of the page, and of whatever is shown on it later, are those of the zone that the person chose, or else of the browser. */
export function localiseTimes(): void {
  for (const time of document.querySelectorAll('time')) localise(time);
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes) {
        if (!(node instanceof Element)) continue;
        if (node instanceof HTMLTimeElement) localise(node);
        for (const time of node.querySelectorAll('time')) localise(time);
      }
  }).observe(document.body, { childList: true, subtree: true });
}
