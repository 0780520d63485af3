import { type ProvidedImage, ProviderError, type ProviderErrorCode } from '@portico/ai-providers/api';
import { addressOf } from './client.js';
import { guardedFetch } from './guarded-fetch.js';
import type { OpenAiConfig } from './openai-settings.js';
import type { ServiceProfile } from './profiles/index.js';
import { problemOf } from './request-problem.js';

const notFetched = (): ProviderError =>
  new ProviderError('invalid-response', 'The answer has addresses in place of images; they are not fetched.', {
    maybeCharged: true,
  });

/** Why an image was made and has not come. */
const notRead = (code: ProviderErrorCode, why: string): ProviderError =>
  new ProviderError(code, `The image at its address could not be read (${why}).`, { maybeCharged: true });

/** Images of one answer that are read at their addresses: as many as a request may ask for. */
const mostOfAnAnswer = 10;

/** What was read at the addresses of an answer. */
export interface ReadAddresses {
  readonly images: readonly ProvidedImage[];
  /** The first reason why one of them did not come; each was paid for. */
  readonly problem?: ProviderError | undefined;
}

/**
 * Reads the images that a service named at its own place, where its profile lets it, one after the other, all together no more bytes than an answer may
 * have. The key is not sent.
 */
export async function readAddresses(
  addresses: readonly string[],
  profile: ServiceProfile,
  { baseUrl, maxAnswerBytes, outboundProxy: proxy }: OpenAiConfig,
  signal: AbortSignal,
): Promise<ReadAddresses> {
  const base = addressOf(profile, baseUrl);
  const isOwn = (address: string): boolean => URL.canParse(address) && new URL(address).origin === base.origin;
  const own = profile.namesImages ? addresses.filter(isOwn) : [];
  let problem = own.length < addresses.length ? notFetched() : undefined;
  let maxBytes = maxAnswerBytes;
  const images: ProvidedImage[] = [];
  for (const address of own.slice(0, mostOfAnAnswer)) {
    try {
      const answer = await guardedFetch(base, { maxBytes, proxy, takesAnything: true })(address, { signal });
      const bytes = new Uint8Array(await answer.arrayBuffer());
      maxBytes -= bytes.length;
      if (answer.ok) images.push({ bytes });
      else problem ??= notRead('invalid-response', `${answer.status}`);
    } catch (error) {
      const why = problemOf(error, signal);
      if (signal.aborted) return { images, problem: why };
      problem ??= notRead(why.code, why.message.replace(/\.$/, ''));
    }
  }
  return { images, problem };
}
