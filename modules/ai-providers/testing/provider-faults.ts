import { loadSharp } from '@portico/core/util';
import {
  countLimits,
  deliverySizes,
  descriptionLimit,
  type ImageProvider,
  type ImageRequest,
  type ProviderAnswer,
  ProviderError,
} from '../api/index.js';

export interface ProviderTrial {
  /** A key that is accepted; left out for a provider that needs none. */
  readonly key?: string;
  /** Default: the first that it prefers. */
  readonly model?: string;
}

type Faults = readonly string[];

/**
 * What a provider of images does otherwise than the portal counts on, as sentences; empty when there is nothing. It makes about twenty images:
 * never point it at a service that charges for them.
 */
export async function imageProviderFaults(provider: ImageProvider, trial: ProviderTrial = {}): Promise<Faults> {
  const model = trial.model ?? provider.modelNames?.preferred[0] ?? '';
  const request = (changes: Partial<ImageRequest> = {}): ImageRequest => ({
    prompt: 'A lighthouse at dusk',
    size: '512x512',
    count: 1,
    model,
    quality: 'low',
    personHash: 'f00d'.repeat(16),
    key: trial.key,
    signal: new AbortController().signal,
    ...changes,
  });
  const checks = [names, keys, images, limits, signals, lists];
  const found: string[] = [];
  for (const check of checks) found.push(...(await check(provider, request)));
  return found;
}

type Check = (provider: ImageProvider, request: (changes?: Partial<ImageRequest>) => ImageRequest) => Promise<Faults>;

const names: Check = async ({ id, name }) => [
  ...(/^[a-z][a-z0-9-]{1,62}$/.test(id) ? [] : [`The id "${id}" is not made of small letters, digits and dashes.`]),
  ...(name.trim() === '' ? ['It has no name.'] : []),
];

const keys: Check = async (provider, request) => {
  const error = await failureOf(provider.generate(request({ key: undefined })));
  if (!provider.needsKey) return error ? ['It says that it needs no key, and fails without one.'] : [];
  return codeOf(error) === 'key-missing' ? [] : ['It needs a key, and does not answer key-missing without one.'];
};

const images: Check = async (provider, request) => {
  const found: string[] = [];
  const most = Math.min(countLimits.max, provider.imagesPerRequest ?? countLimits.max);
  for (const size of deliverySizes) {
    for (let count = countLimits.min; count <= most; count += 1) {
      const answer = await provider.generate(request({ size, count })).catch((error: unknown) => error);
      const place = `Asked for ${count} of ${size}`;
      if (answer instanceof Error) found.push(`${place}, it fails: ${answer.message}`);
      else found.push(...(await faultsOf(answer as ProviderAnswer, count, size)).map((fault) => `${place}, ${fault}`));
    }
  }
  return found;
};

async function faultsOf({ images: came, model }: ProviderAnswer, count: number, size: string): Promise<Faults> {
  const sharp = await loadSharp();
  const side = Number(size.split('x')[0]);
  const measured = await Promise.all(
    came.map(async ({ bytes }) => {
      const picture = sharp(bytes, { failOn: 'error' });
      const { format, width = 0, height = 0 } = await picture.metadata();
      await picture.raw().toBuffer();
      return { isPicture: ['png', 'jpeg', 'webp'].includes(format ?? ''), side: Math.min(width, height) };
    }),
  ).catch(() => undefined);
  return [
    ...(came.length >= count ? [] : [`${came.length} images come.`]),
    ...(measured?.every(({ isPicture }) => isPicture) ? [] : ['something comes that is not a png, jpeg or webp that decodes.']),
    ...(measured?.some((picture) => picture.side < side) ? ['an image comes that is smaller.'] : []),
    ...(model === '' ? ['no model is named.'] : []),
  ];
}

const limits: Check = async (provider, request) => {
  const limit = provider.promptLimit ?? descriptionLimit;
  if (!Number.isInteger(limit) || limit < 1) return [`The limit of a prompt, ${limit}, is not a number of characters.`];
  const error = await failureOf(provider.generate(request({ prompt: 'a lighthouse '.repeat(limit / 13 + 1).slice(0, limit) })));
  return error ? [`It fails at a prompt of ${limit} characters, which it says it takes.`] : [];
};

const signals: Check = async (provider, request) => {
  const found: string[] = [];
  for (const code of ['cancelled', 'timed-out'] as const) {
    const signal = AbortSignal.abort(new ProviderError(code, 'Given up.', { maybeCharged: true }));
    const error = await failureOf(provider.generate(request({ signal })));
    if (codeOf(error) !== code) found.push(`Given up (${code}), it does not fail with what the signal says.`);
  }
  return found;
};

const lists: Check = async (provider, request) => {
  const { key, signal } = request();
  const models = await provider.models?.({ key, signal }).catch((error: unknown) => error);
  if (models === undefined) return [];
  if (!Array.isArray(models)) return ['It cannot list its models.'];
  const odd = models.filter(({ id, shutdownDate }) => !id || (shutdownDate && Number.isNaN(Date.parse(shutdownDate))));
  const { preferred = [], listed = true } = provider.modelNames ?? {};
  const known = models.some(({ id }) => preferred.includes(id)) || preferred.length === 0 || !listed;
  return [
    ...(odd.length > 0 ? ['It lists a model without a name, or with a day that is none.'] : []),
    ...(known ? [] : ['None of the models that it prefers is on its list.']),
  ];
};

const failureOf = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => undefined,
    (error: unknown) => error ?? new Error('It failed with nothing.'),
  );

const codeOf = (error: unknown): string | undefined => (error instanceof ProviderError ? error.code : undefined);
