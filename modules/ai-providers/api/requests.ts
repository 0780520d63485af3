import type { ImageProvider, ImageRequest, ProviderAnswer } from './image-provider.js';
import type { ProviderModel } from './models.js';
import { ProviderError } from './provider-error.js';

type Asked = Pick<ImageRequest, 'key' | 'signal'> & { readonly prompt?: string };

/** One call of a provider, whoever wrote it. @throws ProviderError, or the reason of the signal. */
export async function askProvider(provider: ImageProvider, request: ImageRequest): Promise<ProviderAnswer> {
  const answer = await guarded(provider, request, () => provider.generate(request));
  if (Array.isArray(answer?.images)) return answer;
  throw new ProviderError('invalid-response', `${provider.name} answered no list of images.`, { maybeCharged: true });
}

/** Undefined: the provider has no list. @throws ProviderError */
export async function askForModels(provider: ImageProvider, asked: Asked): Promise<readonly ProviderModel[] | undefined> {
  return guarded(provider, asked, () => provider.models?.(asked));
}

async function guarded<T>(provider: ImageProvider, asked: Asked, call: () => Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    throw withoutSecrets(provider, asked, error);
  }
}

/** Errors stand in the log, in the database and on screens, and those of other people's code may quote the key or the description. */
function withoutSecrets(provider: ImageProvider, { key, prompt, signal }: Asked, error: unknown): unknown {
  if (error instanceof ProviderError) {
    const quoted = [key, prompt].some((secret) => secret && error.message.includes(secret));
    if (!quoted && error.cause === undefined) return error;
    const message = quoted ? `${provider.name} said more, but quoted what is not kept.` : error.message;
    return new ProviderError(error.code, message, { ...error, cause: undefined });
  }
  if (signal.aborted && !(signal.reason instanceof DOMException)) return signal.reason;
  if (signal.aborted) return new ProviderError('timed-out', `${provider.name} did not answer in time.`, { maybeCharged: true });
  const kind = error instanceof Error && /^\w{1,40}$/.test(error.name) ? error.name : 'no Error';
  return new ProviderError('invalid-response', `${provider.name} failed with an error of its own (${kind}).`, {
    maybeCharged: true,
  });
}
