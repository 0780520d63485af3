import { type Audience, invalidInput, PortalError } from '@portico/core';
import type { SiteState } from '../entities/site-entity.js';

const addressShape = /^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$/;
/** Words that an address of the portal itself begins with, or that would mislead. */
const reserved = new Set(['admin', 'api', 'assets', 'health', 'new', 'portico', 'sign-in', 'sign-out', 'web']);

export interface NewSite {
  readonly name: string;
  readonly address: string;
}

/** @throws PortalError `invalid-input` with a sentence per field. */
export function checkedSite({ name, address }: NewSite): NewSite {
  const tidy = tidyName(name);
  const addressProblem = problemOf(address);
  if (tidy && !addressProblem) return { name: tidy, address };
  throw invalidInput({
    ...(tidy ? {} : { name: nameSentence }),
    ...(addressProblem ? { address: addressProblem } : {}),
  });
}

export function checkedName(name: string): string {
  const tidy = tidyName(name);
  if (!tidy) throw invalidInput({ name: nameSentence }, nameSentence);
  return tidy;
}

export function addressTaken(address: string, state: SiteState): PortalError {
  const sentence = takenSentences[state](address);
  return new PortalError('address-taken', sentence, { status: 409, details: { fields: { address: sentence } } });
}

const takenSentences: Readonly<Record<SiteState, (address: string) => string>> = {
  active: (address) => `There is already a site with the address ${address}.`,
  archived: (address) => `An archived site has the address ${address}.`,
  deleted: (address) => `A site in the trash has the address ${address}. Restore it, or delete it permanently.`,
  erasing: (address) => `The site with the address ${address} is being erased. Its address is free in a moment.`,
};

const nameSentence = 'Enter a name of at most 100 characters.';

function problemOf(address: string): string | undefined {
  if (!addressShape.test(address)) {
    return 'Use up to 60 lower-case letters, digits and hyphens; begin and end with a letter or a digit.';
  }
  return reserved.has(address) ? `The address ${address} is kept for the portal itself. Choose another one.` : undefined;
}

function tidyName(name: string): string | undefined {
  const tidy = name.trim().replace(/\s+/g, ' ');
  return tidy.length >= 1 && tidy.length <= 100 ? tidy : undefined;
}

export function isSame(one: Audience, other: Audience): boolean {
  return one.visibleTo === other.visibleTo && one.roles.join('\n') === other.roles.join('\n');
}
