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

export const paths = { generations: '/images/generations', models: '/models' } as const;
export const pathsWithEdits = { ...paths, edits: '/images/edits' } as const;
