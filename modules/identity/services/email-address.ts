import { domainToASCII } from 'node:url';

/**
 * How an address is compared and stored, whatever way it is typed: without blanks around it, in lower case, and its domain in ASCII, so that
 * `Ann@Bücher.example` and `ann@xn--bcher-kva.example` are one person. Letters of other scripts that look alike stay what they are: the domain of
 * a look-alike has another ASCII form.
 */
export function emailKey(typed: string): string {
  const address = typed.trim().toLowerCase();
  const at = address.lastIndexOf('@');
  const domain = at < 0 ? '' : domainToASCII(address.slice(at + 1));
  return domain === '' ? address : `${address.slice(0, at)}@${domain}`;
}
