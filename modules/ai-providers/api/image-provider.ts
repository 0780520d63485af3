import { type ExtensionPoint, extensionPoint } from '@portico/core';
import type { ModelNames, ProviderModel } from './models.js';
import type { ProviderError, ProviderErrorCode } from './provider-error.js';

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
  /** The file as it came, whatever it is; not yet trusted. What is no png, jpeg or webp that decodes is kept for its owner as it is. */
  readonly bytes: Uint8Array;
}

/** Tokens as the service counted them. What it does not tell, or tells in a way that cannot be read, is undefined: unknown, never 0. */
export interface TokenUsage {
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  /** How many of each belong to pictures, which have prices of their own. */
  readonly inputImageTokens?: number | undefined;
  readonly outputImageTokens?: number | undefined;
}

export interface ProviderAnswer {
  /** All that came, also more than was asked for. */
  readonly images: readonly ProvidedImage[];
  /** The model that answered. */
  readonly model: string;
  readonly usage?: TokenUsage | undefined;
  /** Under which the service knows the request, for who asks its makers. */
  readonly requestId?: string | undefined;
  /** What went wrong after these images, in an answer that broke off: they are kept, and then this is thrown. */
  readonly problem?: ProviderError | undefined;
}

/**
 * Makes images. Any number can be installed: administrators choose one by its id under *Image Service*, and until somebody does, the first is
 * asked. One call is at most one paid request.
 */
export interface ImageProvider {
  /** Stable, stored with every image. */
  readonly id: string;
  readonly name: string;
  /** Whether it can do nothing without an API key. */
  readonly needsKey: boolean;
  /** Whether it sends a key when one is set. Default: yes. */
  readonly takesKey?: boolean;
  /**
   * Name of the secret that holds its key, among the fields that its own module brings to the page of the AI Creator: the key that
   * requests are given. A field of another module is never read for it. Default: it is given none.
   */
  readonly keyField?: string;
  /** Whether it can do nothing until the deployment says where it is, in which case `place` is undefined. Default: no. */
  readonly needsAddress?: boolean;
  /** Default: one way to make pictures, which takes any name or none. */
  readonly modelNames?: ModelNames;
  /** Images of one request. For more the portal asks several times, two at a time. Default: as many as are asked for. */
  readonly imagesPerRequest?: number;
  /** @throws ProviderError */
  generate(request: ImageRequest): Promise<ProviderAnswer>;
  /** Where requests go, for administrators: a host. */
  readonly place?: string;
  /**
   * The whole address, without what is secret in it, undefined while nobody says it, and the variable or setting that holds it; for whoever
   * has to correct it.
   */
  readonly address?: { readonly url?: string; readonly setBy: string } | undefined;
  /** Whether it makes variations of a `source`. Default: no. */
  readonly refines?: boolean;
  /** Whether it shows previews. Default: no. */
  readonly previews?: boolean;
  /** Output tokens that the previews of one image cost beside those of the image, for estimates. Default: nobody knows. */
  readonly previewTokens?: number;
  /** Characters of the longest prompt it takes. Default: `descriptionLimit`. */
  readonly promptLimit?: number;
  /** What is asked of the service for a size that is delivered, for provenance. Default: that size. */
  requestedSize?(size: DeliverySize): string;
  /** A prompt as the service gets it, without orders that it would obey and nobody sees. Default: as it is. */
  promptAsSent?(prompt: string): string;
  /** Whether quality is sent. Default: yes. */
  readonly takesQuality?: boolean;
  /** Pages of the service that is asked on which something can be done about a failure, for administrators; none where nobody knows them. */
  readonly help?: ProviderHelp;
  /**
   * Itself as it would be if the typed values of the page of the AI Creator were saved, to be tried by the buttons of that page; itself,
   * the same object, when they make no difference. The key that is typed comes with each request. Default: itself.
   */
  try?(values: Readonly<Record<string, unknown>>): ImageProvider;
  /** The models that the key may use. One request that costs nothing. @throws ProviderError */
  models?(request: { readonly key: string | undefined; readonly signal: AbortSignal }): Promise<readonly ProviderModel[]>;
}

/** Addresses by what went wrong; `unknown`: the request may have been carried out, and nobody knows. */
export type ProviderHelp = Readonly<Partial<Record<ProviderErrorCode | 'unknown', string>>>;

/** Providers of images, by module. The order of the contribution says which one is asked until somebody chooses. */
export const ImageProviders: ExtensionPoint<ImageProvider> = extensionPoint('ai-providers.image-providers', {
  requires: { id: 'text', name: 'text', needsKey: 'yes-or-no', generate: 'function' },
});
