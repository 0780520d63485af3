/** Whose password it is to be. */
export interface PasswordOwner {
  readonly email: string;
  readonly name: string;
}

const leastCharacters = 12;
/** Longer ones are not even hashed. */
export const mostPasswordBytes = 1024;
/** Letters and digits that must be left of a password without the words that anybody knows about its owner. */
const leastOwn = 8;
const shortestWord = 3;
/** Digits that add little to a common number. */
const mostAdded = 4;
const portalName = 'portico';

/** What is wrong with the length of a password. */
export function lengthProblem(password: string): string | undefined {
  if ([...password].length < leastCharacters) return `Use at least ${leastCharacters} characters.`;
  if (Buffer.byteLength(password) > mostPasswordBytes) return `Use at most ${mostPasswordBytes} bytes.`;
  return undefined;
}

/**
 * What is wrong with a password, as a sentence for whoever chooses it. Only what others would try is refused; there is no rule what it has to be made of.
 * It is compared whatever the case: with a list of 49,233 common passwords, also with digits and signs around, one repeated, or two of them joined; and
 * with the owner's address and name and the name of the portal, beside which at least eight letters and digits must be left.
 * @param host name of the portal's public address.
 */
export async function passwordProblem(password: string, owner: PasswordOwner, host: string): Promise<string | undefined> {
  const length = lengthProblem(password);
  if (length !== undefined) return length;
  const folded = password.normalize('NFKC').toLowerCase();
  const known = wordsAbout(owner, host);
  let own = folded;
  for (const word of known) own = own.replaceAll(word, ' ');
  const isAboutOwner = own !== folded;
  if (isAboutOwner && (lettersOf(own).length < leastOwn || (await isCommon(lettersOf(own)))))
    return 'Leave out your name, your email address and the name of the portal: they are tried first.';
  return (await isCommon(folded)) ? 'This is one of the passwords that are tried first. Choose another one.' : undefined;
}

/** The longest first: of an address the whole, then its parts. */
function wordsAbout({ email, name }: PasswordOwner, host: string): readonly string[] {
  const texts = [email, name, host, portalName].map((text) => text.normalize('NFKC').toLowerCase());
  const parts = texts.flatMap((text) => [text, ...text.split(/[^\p{L}\p{M}\p{N}]+/u)]);
  // Endings of addresses are words of many other things.
  const words = parts.filter((word) => [...word].length >= shortestWord && !endings.has(word));
  return [...new Set(words)].sort((a, b) => b.length - a.length);
}

const endings = new Set(['com', 'org', 'net', 'www', 'mail', 'local', 'localhost']);

function lettersOf(text: string): string {
  return text.replace(/[^\p{L}\p{M}\p{N}]+/gu, '');
}

let list: Promise<ReadonlySet<string>> | undefined;

/** Loaded with the first password that is chosen, not with every start. */
function commonPasswords(): Promise<ReadonlySet<string>> {
  list ??= import('@zxcvbn-ts/language-common').then(({ dictionary }) => new Set(dictionary['passwords-common']));
  return list;
}

async function isCommon(folded: string): Promise<boolean> {
  const common = await commonPasswords();
  if (common.has(folded)) return true;
  const unit = /^(.+?)\1+$/u.exec(folded)?.[1];
  if (unit !== undefined && ([...unit].length < leastOwn || common.has(unit))) return true;
  // Digits and signs around a common password add little; a long number is a password like any other.
  const addsLittle = /\p{L}/u.test(folded)
    ? (part: string): boolean => !/\p{L}/u.test(part)
    : (part: string): boolean => part.length <= mostAdded || !/^\p{N}+$/u.test(part);
  const isKnown = (part: string): boolean => common.has(part) || addsLittle(part);
  for (let at = 1; at < folded.length; at += 1) {
    const [head, tail] = [folded.slice(0, at), folded.slice(at)];
    if ((common.has(head) && isKnown(tail)) || (isKnown(head) && common.has(tail))) return true;
  }
  const core = folded.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  return core !== '' && common.has(core);
}
