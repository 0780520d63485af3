import { type ServiceToken, serviceToken } from '@portico/core';

/** The sizes an author can choose, in pixels. */
export const deliverySizes = ['256x256', '512x512', '1024x1024'] as const;
export type DeliverySize = (typeof deliverySizes)[number];
/** How many images one request may ask for. */
export const countLimits = { min: 1, max: 4 } as const;
/** Characters of a description, for a provider that names no limit of its own. */
export const descriptionLimit = 4000;

/** One request to a provider. */
export interface ImageRequest {
  readonly prompt: string;
  /** What the author will get; the provider may make a larger image, which is scaled down. */
  readonly size: DeliverySize;
  readonly count: number;
  readonly model: string;
  /** Asked once in its place when the service does not know the model any more; not sent. */
  readonly fallback?: string | undefined;
  readonly quality: 'low' | 'medium' | 'high' | 'auto';
  /** How strictly the service judges; undefined: as it does by itself. */
  readonly moderation?: 'auto' | 'low';
  /** Hash that stands for the person; no name, no address. */
  readonly personHash: string;
  /** Undefined when no key is set; a provider that needs none ignores it. */
  readonly key: string | undefined;
  /** The picture to make a variation of; undefined: a new one. Only given to a provider that `refines`. */
  readonly source?: SourceImage;
  /** Given when somebody wants to look on: called with what is there so far, as often as the provider likes. Only for a provider that `previews`. */
  readonly preview?: ((preview: ImagePreview) => void) | undefined;
  /** Aborted at the deadline and on cancel. */
  readonly signal: AbortSignal;
}

/** A picture that is changed by a description: png, jpeg or webp, checked before. */
export interface SourceImage {
  readonly bytes: Uint8Array;
  readonly mimeType: 'image/png' | 'image/jpeg' | 'image/webp';
}

/** A picture on its way: shown while waiting, never kept. */
export interface ImagePreview {
  /** Of the image it becomes, from 1. */
  readonly position: number;
  /** png, jpeg or webp; not yet trusted. */
  readonly bytes: Uint8Array;
}

export interface ProvidedImage {
  /** The file as it came: png, jpeg or webp; not yet trusted. */
  readonly bytes: Uint8Array;
}

export interface ProviderAnswer {
  readonly images: readonly ProvidedImage[];
  /** The model that answered. */
  readonly model: string;
  readonly usage?: { readonly inputTokens: number; readonly outputTokens: number };
}

/** What went wrong, by the rows of docs/image-errors.md. */
export type ProviderErrorCode =
  | 'key-missing'
  | 'address-missing'
  | 'key-rejected'
  | 'organization-not-verified'
  | 'model-not-found'
  | 'out-of-tokens'
  | 'too-fast'
  | 'declined'
  | 'bad-request'
  | 'server-trouble'
  | 'timed-out'
  | 'connection-cut'
  | 'bad-answer'
  | 'cancelled';

/** The one error a provider throws. The message is for the administrator and holds no key and no prompt. */
export class ProviderError extends Error {
  constructor(
    readonly code: ProviderErrorCode,
    message: string,
    options: {
      readonly cause?: unknown;
      /** How long the service asks to be left alone; what is no number of seconds is taken for nothing said. */
      readonly retryAfterSeconds?: number | undefined;
      readonly maybeCharged?: boolean;
      readonly status?: number;
      /** What the safety system objects to, when the code is `declined` and it says so: short words. */
      readonly categories?: readonly string[];
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ProviderError';
    const { retryAfterSeconds = Number.NaN } = options;
    this.retryAfterSeconds = Number.isFinite(retryAfterSeconds) ? Math.max(0, Math.ceil(retryAfterSeconds)) : undefined;
    this.maybeCharged = options.maybeCharged ?? false;
    this.status = options.status;
    this.categories = options.categories ?? [];
  }
  readonly retryAfterSeconds: number | undefined;
  /** True when the request may have been carried out although no image arrived. */
  readonly maybeCharged: boolean;
  readonly status: number | undefined;
  readonly categories: readonly string[];
}

/** A model that a provider offers. */
export interface ProviderModel {
  readonly id: string;
  /** ISO date on which it will be shut down, when one is announced. */
  readonly shutdownDate?: string;
}

/** The names under which a provider knows its models. */
export interface ModelNames {
  /** Asked when nobody chose, the best first; each takes the place of those before it that are gone. Empty: somebody must choose. */
  readonly preferred: readonly string[];
  /** Further ones to offer; any other name can be typed. */
  readonly suggested?: readonly string[];
  /** ISO days on which models end, or ended, as announced; what `models` answers counts more. */
  readonly shutdowns?: Readonly<Record<string, string>>;
  /** False: `models` lists other names than those that are asked for, so that a name that is missing there says nothing. Default: true. */
  readonly listed?: boolean;
}

/** Makes images. The service with the highest ranking is asked; bring your own to use another provider. One call is at most one paid request. */
export interface ImageProvider {
  /** Stable, stored with every image. */
  readonly id: string;
  readonly name: string;
  /** Whether it can do nothing without an API key. */
  readonly needsKey: boolean;
  /** Whether it sends a key when one is set. Default: yes. */
  readonly takesKey?: boolean;
  /** Default: one way to make pictures, which takes any name or none. */
  readonly modelNames?: ModelNames;
  /** Images of one request. For more the portal asks several times, two at a time. Default: as many as are asked for. */
  readonly imagesPerRequest?: number;
  /** @throws ProviderError */
  generate(request: ImageRequest): Promise<ProviderAnswer>;
  /** Where requests go, for administrators: a host. */
  readonly place?: string;
  /** Whether it makes variations of a `source`. Default: no. */
  readonly refines?: boolean;
  /** Whether it shows previews. Default: no. */
  readonly previews?: boolean;
  /** Output tokens that the previews of one image cost beside those of the image, for estimates. Default: nobody knows. */
  readonly previewTokens?: number;
  /** Characters of the longest prompt it takes. Default: `descriptionLimit`. */
  readonly promptLimit?: number;
  /** The models that the key may use. One request that costs nothing. @throws ProviderError */
  models?(request: { readonly key: string | undefined; readonly signal: AbortSignal }): Promise<readonly ProviderModel[]>;
}
export const ImageProvider: ServiceToken<ImageProvider> = serviceToken('ai-creator.image-provider');
