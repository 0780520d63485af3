// Gives Clay a dark side without a second theme: every colour that its compiled style sheet writes as a number becomes a token of core/client/theme/tokens.css.
// The same number means different things in different places, so there is a table for text, one for surfaces, one for edges.
const tables = {
  text: {
    '#272833': 'ink',
    '#1c1c24': 'ink',
    '#393a4a': 'ink',
    '#111116': 'ink',
    '#6b6c7e': 'ink-soft',
    '#a7a9bc': 'ink-faint',
    '#0b5fff': 'link',
    '#0053f0': 'link',
    '#004ad7': 'link',
    '#da1414': 'red',
    '#e60000': 'red',
    '#287d3c': 'green',
    '#b95000': 'amber',
    '#2e5aac': 'blue',
  },
  surface: {
    '#fff': 'paper',
    '#ffffff': 'paper',
    '#f7f8f9': 'ground',
    '#f1f2f5': 'well',
    '#e7e7ed': 'hover',
    '#cdced9': 'line',
    '#f0f5ff': 'brand-soft',
    '#0b5fff': 'brand',
    '#feefef': 'red-soft',
    '#edf9f0': 'green-soft',
    '#fff4ec': 'amber-soft',
    '#eef2fa': 'blue-soft',
  },
  edge: {
    '#e7e7ed': 'line',
    '#cdced9': 'line',
    '#f1f2f5': 'line',
    '#a7a9bc': 'line-strong',
    '#6b6c7e': 'line-strong',
    '#272833': 'ink',
    '#0b5fff': 'brand',
    '#80acff': 'brand',
    '#5791ff': 'link',
    '#fff': 'paper',
    '#da1414': 'red',
    '#287d3c': 'green',
    '#b95000': 'amber',
    '#2e5aac': 'blue',
  },
};

function tableOf(property) {
  if (/^(color|fill|caret-color)$/.test(property)) return tables.text;
  if (/^background(-color)?$/.test(property)) return tables.surface;
  return /^(border|outline|box-shadow)/.test(property) ? tables.edge : undefined;
}

/** `rgb(27.729, 28.44, 36.261)`, as Clay's compiler leaves it, is a number too. */
const asHex = (value) =>
  value.replace(
    /rgb\(\s*([\d.]+),\s*([\d.]+),\s*([\d.]+)\s*\)/g,
    (_, ...parts) =>
      `#${parts
        .slice(0, 3)
        .map((part) => Math.round(Number(part)).toString(16).padStart(2, '0'))
        .join('')}`,
  );

/** Changes a parsed style sheet (postcss). */
export function tokenise(root) {
  root.walkDecls((declaration) => {
    const table = tableOf(declaration.prop);
    if (!table || declaration.value.includes('url(')) return;
    declaration.value = asHex(declaration.value).replace(/#[0-9a-f]{3,8}\b/gi, (color) => {
      const token = table[color.toLowerCase()];
      return token ? `var(--${token})` : color;
    });
  });
}
