/** Amounts are kept as whole millionths of a currency. */
const million = 1_000_000;

/** In the words of a language, e.g. `$0.0421`. */
export function formatMoney(millionths: number, currency: string, locale: string): string {
  const amount = millionths / million;
  const digits = amount !== 0 && Math.abs(amount) < 1 ? 4 : 2;
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: 2,
    maximumFractionDigits: digits,
  }).format(amount);
}
