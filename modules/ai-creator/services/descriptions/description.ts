/** A readable file name of a description, without an extension: "A lighthouse at dusk!" becomes `a-lighthouse-at-dusk`. */
export function slugOf(description: string): string {
  const words = description
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  const short = words.length > 60 ? words.slice(0, 60).replace(/-[^-]*$/, '') : words;
  return short || 'image';
}

/** A first alternative text: the description on one line, not too long. */
export function draftAltText(description: string): string {
  const line = description.replace(/\s+/g, ' ');
  return line.length > 250 ? `${line.slice(0, 247).replace(/\s+\S*$/, '')}…` : line;
}
