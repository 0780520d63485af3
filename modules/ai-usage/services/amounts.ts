/** Amounts are kept as whole millionths of a currency. */
const million = 1_000_000;

/** Reads `12.50` or `12,5`; undefined for anything that is no amount. */
export function readAmount(typed: string): number | undefined {
  const text = typed.trim().replace(',', '.');
  if (!/^\d{1,7}(?:\.\d{1,6})?$/.test(text)) return undefined;
  return Math.round(Number(text) * million);
}

/** `12.50`; small amounts keep the digits that say something. */
export function writeAmount(millionths: number): string {
  const text = (millionths / million).toFixed(6).replace(/0+$/, '').replace(/\.$/, '');
  const [whole = '0', rest = ''] = text.split('.');
  return `${whole}.${rest.padEnd(2, '0')}`;
}
