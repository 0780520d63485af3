/** The name of the field under which pasted HTML keeps the text of a style sheet. */
export const sheetName = 'data-pasted-sheet';

/** Formatting that an article knows, as it holds for a piece of text. */
export interface Format {
  readonly bold: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly strike: boolean;
  readonly code: boolean;
  /** Above the line, as the 2 of m². */
  readonly raised: boolean;
  /** Below it, as the 2 of CO₂. */
  readonly lowered: boolean;
}

export type Declarations = ReadonlyMap<string, string>;

export const plain: Format = {
  bold: false,
  italic: false,
  underline: false,
  strike: false,
  code: false,
  raised: false,
  lowered: false,
};
export const marks: readonly (readonly [keyof Format, string])[] = [
  ['bold', 'strong'],
  ['italic', 'em'],
  ['underline', 'u'],
  ['strike', 's'],
  ['code', 'code'],
  ['raised', 'sup'],
  ['lowered', 'sub'],
];
export const tagFormats: Readonly<Record<string, Partial<Format>>> = {
  B: { bold: true },
  STRONG: { bold: true },
  I: { italic: true },
  EM: { italic: true },
  CITE: { italic: true },
  DFN: { italic: true },
  VAR: { italic: true },
  U: { underline: true },
  INS: { underline: true },
  S: { strike: true },
  DEL: { strike: true },
  STRIKE: { strike: true },
  CODE: { code: true },
  KBD: { code: true },
  SAMP: { code: true },
  TT: { code: true },
  SUP: { raised: true, lowered: false },
  SUB: { raised: false, lowered: true },
  // Bold by what they are: no words of theirs are marked for it.
  H1: plain,
  H2: plain,
  H3: plain,
  H4: plain,
  H5: plain,
  H6: plain,
  TH: { bold: false },
  PRE: { code: false },
};

/** Rules of the sheet that Word, Excel and LibreOffice send along, by class. */
export function rulesOf(source: Document): ReadonlyMap<string, Declarations> {
  const rules = new Map<string, Declarations>();
  for (const sheet of source.querySelectorAll(`[${sheetName}]`)) {
    const text = (sheet.textContent ?? '').replace(/<!--|-->|\/\*[\s\S]*?\*\//g, '');
    for (const [, selectors = '', body = ''] of text.matchAll(/([^{}]+)\{([^{}]*)\}/g))
      for (const selector of selectors.split(',')) {
        const name = /^[a-z0-9]*\.([\w-]+)$/i.exec(selector.trim())?.[1];
        if (name) rules.set(name, new Map([...(rules.get(name) ?? []), ...declarationsOf(body)]));
      }
  }
  return rules;
}

export function declarationsOf(style: string): Declarations {
  const declarations = new Map<string, string>();
  for (const declaration of style.split(';')) {
    const colon = declaration.indexOf(':');
    if (colon > 0)
      declarations.set(
        declaration.slice(0, colon).trim().toLowerCase(),
        declaration
          .slice(colon + 1)
          .trim()
          .toLowerCase(),
      );
  }
  return declarations;
}

export function changeOf(declarations: Declarations): Partial<Format> {
  const weight = declarations.get('font-weight');
  const slant = declarations.get('font-style');
  const height = declarations.get('vertical-align');
  const line = declarations.get('text-decoration-line') ?? declarations.get('text-decoration');
  return {
    ...(weight && weight !== 'inherit' && { bold: /^bold/.test(weight) || Number.parseInt(weight, 10) >= 600 }),
    ...(slant && slant !== 'inherit' && { italic: /^(?:italic|oblique)/.test(slant) }),
    ...(height === 'super' && { raised: true, lowered: false }),
    ...(height === 'sub' && { raised: false, lowered: true }),
    ...(line && /underline/.test(line) && { underline: true }),
    ...(line && /line-through/.test(line) && { strike: true }),
    // Nothing below takes a line away in CSS; in what programs send, `none` on the text itself means that it has none.
    ...(line && /^none/.test(line) && { underline: false, strike: false }),
  };
}
