/** A style preset of the site: its name, and the words that are added to a description. */
export interface Style {
  readonly name: string;
  readonly words: string;
}

/** Reads lines such as `Watercolor: loose watercolor painting`; a line without a colon is name and words in one. */
export function readStyles(lines: readonly string[]): readonly Style[] {
  return lines.map((line) => {
    const [name = '', ...rest] = line.split(':');
    return { name: name.trim(), words: rest.join(':').trim() || name.trim() };
  });
}

/** What the provider is told. */
export function styledPrompt(description: string, name: string | null, lines: readonly string[]): string {
  const style = readStyles(lines).find((known) => known.name === name);
  return style ? `${description}\n\nStyle: ${style.words}` : description;
}
