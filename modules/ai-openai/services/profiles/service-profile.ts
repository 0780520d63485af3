import type { DeliverySize, ModelNames, ProviderHelp } from '@portico/ai-providers/api';

/** What some servers take beside `model`, `prompt` and `size`, and others refuse. */
export type OptionalParameter = 'quality' | 'output_format' | 'moderation' | 'response_format';

/** The dialect of a server that speaks the images API, as data. Where each comes from stands in docs/image-services.md. */
export interface ServiceProfile {
  /** Stored with every image, and the value of the setting. */
  readonly id: string;
  readonly name: string;
  /** `none`: nothing is sent, even when a key is set. */
  readonly key: 'required' | 'optional' | 'none';
  readonly keyHeader: 'authorization' | 'api-key';
  /** Where it is when the deployment says nothing; undefined: the deployment must say. */
  readonly address?: string;
  /** Sent with every request, unless the address names the same. */
  readonly query?: Readonly<Record<string, string>>;
  readonly paths: {
    readonly generations: string;
    readonly models: string;
    /** Takes a picture and a description as a multipart form, and makes a variation. */
    readonly edits?: string;
  };
  /** What is asked for, by what is delivered. */
  readonly sizes: Readonly<Record<DeliverySize, string>>;
  /** More than one: it takes `n`. */
  readonly imagesPerRequest: number;
  readonly parameters: readonly OptionalParameter[];
  /** The parameter that takes the hash which stands for a person. */
  readonly person?: 'safety_identifier' | 'user';
  /** Signs that it reads as orders inside of a prompt, and what is sent in their place. */
  readonly promptSigns?: Readonly<Record<string, string>>;
  /**
   * Blocks inside of a prompt that it takes for orders; they are left out. Each is matched as a whole or not at all: what has no end is words. What may be
   * long is bounded: a text of nothing but beginnings must not take long to look at.
   */
  readonly controlBlocks?: readonly RegExp[];
  /** Characters that its keys have at least, where the service says; only asked at its own address. */
  readonly keyLength?: number;
  /**
   * Whether it may answer the address of an image at the very place where it is itself, which is then read once. Default: addresses are not read.
   */
  readonly namesImages?: boolean;
  /** Characters of the longest prompt it takes; undefined: it names no limit. */
  readonly promptLimit?: number;
  readonly models: ModelNames;
  /** What its list adds to names that are asked for without it. */
  readonly listSuffix?: string;
  /** Whether it sends partial images while it works. */
  readonly streams: boolean;
  /** Output tokens of one partial image, where the service says. */
  readonly tokensOfPartialImage?: number;
  /** Its pages for administrators, by what went wrong. */
  readonly help?: ProviderHelp;
}

/** All of its models make one size well; smaller images are scaled from it. */
export const largeOnly: ServiceProfile['sizes'] = {
  '256x256': '1024x1024',
  '512x512': '1024x1024',
  '1024x1024': '1024x1024',
};

/** Local machines take as long as there are pixels, and no diffusion model is trained for less than 512. */
export const from512: ServiceProfile['sizes'] = { '256x256': '512x512', '512x512': '512x512', '1024x1024': '1024x1024' };

/** Of stable-diffusion.cpp, also where it works inside of another server: parameters of a request, and names of files that change the model. */
export const diffusionBlocks: readonly RegExp[] = [
  /<sd_cpp_extra_args>[\s\S]{0,4000}?<\/sd_cpp_extra_args>/gi,
  /<\/?sd_cpp_extra_args>/gi,
  /<lora:[^<>]{1,1000}>/gi,
];

export const paths = { generations: '/images/generations', models: '/models' } as const;
export const pathsWithEdits = { ...paths, edits: '/images/edits' } as const;
