const on = new Set(['true', 'on', 'yes', '1', 'enabled', 'enable']);
const off = new Set(['false', 'off', 'no', '0', 'disabled', 'disable']);

/** On or off in the usual words, in any case, blanks around them trimmed. Undefined for anything else. */
export function switchWord(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  return on.has(word) ? true : off.has(word) ? false : undefined;
}

/** How many letters two words differ by, each one added, left out, replaced or swapped with its neighbour. */
function distance(one: string, other: string): number {
  let twoBack: number[] = [];
  let before = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const now = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1];
      const costs = [(before[column] ?? 0) + 1, (now[column - 1] ?? 0) + 1, (before[column - 1] ?? 0) + (same ? 0 : 1)];
      const swapped = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      if (swapped) costs.push((twoBack[column - 2] ?? 0) + 1);
      now.push(Math.min(...costs));
    }
    [twoBack, before] = [before, now];
  }
  return before[other.length] ?? 0;
}

/** ` Did you mean …?` with the name that is most like the one somebody wrote; nothing when none is. */
export function nearest(name: string, known: Iterable<string>): string {
  const bound = Math.max(2, Math.floor(name.length / 5));
  let best: { readonly candidate: string; readonly away: number } | undefined;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) > bound) continue;
    const away = distance(name.toLowerCase(), candidate.toLowerCase());
    if (away <= bound && away < (best?.away ?? Number.POSITIVE_INFINITY)) best = { candidate, away };
  }
  return best ? ` Did you mean ${best.candidate}?` : '';
}
