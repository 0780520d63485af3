const longest = 60;
/** Letters that no decomposition turns into plain ones. */
const plain: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', ł: 'l', þ: 'th' };

/** _The Guide to Åland_ becomes `the-guide-to-aland`: what the rules for addresses allow. Empty when no letter of the name does. */
function addressFrom(name: string): string {
  const letters = name.toLowerCase().replace(/[^a-z]/gu, (letter) => plain[letter] ?? letter);
  const words = letters
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .split(/[^a-z0-9]+/);
  return words.filter(Boolean).join('-').slice(0, longest).replace(/-$/, '');
}

/** The address of a new site follows its name for as long as nobody has typed another. */
const name = document.querySelector<HTMLInputElement>('input[name="name"]');
const address = document.querySelector<HTMLInputElement>('input[name="address"]');
if (name && address) {
  let suggested = address.value === '' ? '' : undefined;
  address.addEventListener('input', () => {
    suggested = address.value === '' ? '' : undefined;
  });
  name.addEventListener('input', () => {
    if (suggested !== undefined) address.value = suggested = addressFrom(name.value);
  });
}

export {};
